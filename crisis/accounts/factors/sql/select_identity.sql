-- :issuer text, :subject text
SELECT account FROM identity WHERE issuer = :issuer AND subject = :subject
