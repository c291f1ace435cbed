-- $1 box text, $2 actor text, $3 via text, $4 change text, $5 before jsonb as text, $6 after jsonb as text
INSERT INTO box_change (box, actor, via, change, before, after) VALUES ($1, $2, $3, $4, $5::text::jsonb, $6::text::jsonb)
