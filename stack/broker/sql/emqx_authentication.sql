-- ${username} is EMQX's. What it checks the password of somebody who signs in with.
SELECT bcrypt AS password_hash FROM box_credential WHERE username = ${username} AND revoked_at IS NULL
