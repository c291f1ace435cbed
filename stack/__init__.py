"""The command line, and everything on one machine: embedded broker and database, supervision."""
