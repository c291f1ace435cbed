-- Positions that mean that there is none.
SELECT latitude, longitude, within_degrees FROM bad_position
