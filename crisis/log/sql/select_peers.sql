-- How far this node and each peer know each other's logs. No parameters.
SELECT node, log, taken, taken_id, given, heard_at FROM peer
