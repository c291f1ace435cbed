-- No parameters. How many boxes are in service, and how many of them everybody may see.
SELECT (SELECT count(*) FROM box WHERE retired_at IS NULL) AS boxes,
       (SELECT count(*) FROM public_box WHERE retired_at IS NULL) AS public
