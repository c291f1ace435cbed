"""The vocabulary: boxes, quantities, readings and wire formats. Pure: no I/O, no clock."""
