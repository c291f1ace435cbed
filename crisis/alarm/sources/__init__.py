"""Where alarms come from: what the log holds, what a node sees of itself and of others, what the database says."""
