"""`kiezbox receive`: what devices and programs of other makes send over HTTP, into the database."""
