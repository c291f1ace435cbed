-- A Sensor is a kind of source: the main board of a box, or one of its sensor nodes.
SELECT source AS key, source, source AS name,
       CASE WHEN source = 'core' THEN 'Main board of a box' ELSE concat('Sensor ', source, ' of a box') END AS description
FROM (SELECT DISTINCT series.source FROM series JOIN public_box AS box ON box.id = series.box) AS found
