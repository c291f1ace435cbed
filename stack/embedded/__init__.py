"""The embedded broker and database, and the supervision of child processes."""
