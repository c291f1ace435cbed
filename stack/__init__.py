"""The command line `kiezbox`, and everything on one machine: embedded broker and database, supervision."""
