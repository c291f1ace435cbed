"""What people read, in their language: gettext catalogues, and numbers, units, ages and times as people write them."""
