-- $1 box text, $2 is public boolean, $3 its place is exact boolean; null leaves that as it is
UPDATE box SET is_public = coalesce($2, is_public), place_is_exact = coalesce($3, place_is_exact)
WHERE id = $1
