"""Second factors and badges on the staff's pages."""
