-- Every box, whether it is registered (a retired one no longer is), and its Meshtastic node number.
SELECT id, node, registered_at IS NOT NULL AND retired_at IS NULL AS registered FROM box
