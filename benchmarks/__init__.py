"""Side-by-side measurements, run by `make bench`, never by the tests."""
