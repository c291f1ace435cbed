"""The process in which apprise runs, and our plugins for it: 40 MB and threads that may hang stay out of the node."""
