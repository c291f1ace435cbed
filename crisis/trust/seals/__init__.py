"""Later changes of a log are visible: the hash chain over it, its seals, and a log as a file."""
