"""The commands of `kiezbox`, a file for each."""
