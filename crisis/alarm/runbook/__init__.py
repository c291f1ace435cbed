"""What to do at each alarm, in German and English: a section for each kind, named by its slug."""
