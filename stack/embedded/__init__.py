"""The embedded broker and database, and child processes that are supervised."""
