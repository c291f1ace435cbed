"""Places of help as a resident looks for them: the nearest open one, in which direction, and those for one need."""
