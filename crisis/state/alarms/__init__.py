"""What the log says of alarms: who was told and has seen them, who is on duty, what is silenced. Pure."""
