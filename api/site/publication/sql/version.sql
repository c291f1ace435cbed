-- Grows with each change of what everybody may see of boxes (storage/migrations/0041_publication_version.sql)
SELECT version FROM publication
