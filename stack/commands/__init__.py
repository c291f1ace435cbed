"""The commands of `kiezbox`, a file for each: its `app` is loaded by `stack.lazy_group` when the command runs."""
