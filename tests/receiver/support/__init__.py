"""What tests of `kiezbox receive` share."""
