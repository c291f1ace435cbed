"""The box of Kiezbox, in software. Shares no code with the server, so that each tests the other."""
