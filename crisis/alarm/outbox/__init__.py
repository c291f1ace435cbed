"""What people are still to be told, on the node's disk: a file of SQLite beside the log."""
