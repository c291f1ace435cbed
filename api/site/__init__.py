"""The public page: boxes and their newest values, for people with a browser. It works without scripts."""
