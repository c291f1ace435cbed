"""The readings of a month as files: made once a day (`rounds`, `making`), kept in versions (`archive`)."""
