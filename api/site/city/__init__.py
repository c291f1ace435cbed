"""What public boxes measure now, in classes and by district: what the first page and those that follow it show."""
