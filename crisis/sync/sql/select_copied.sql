-- $1 log uuid
SELECT seq FROM crisis_copied WHERE log = $1
