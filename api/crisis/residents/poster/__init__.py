"""The sheet for doors and boxes (Aushang): notices and places of help in up to three languages, on one page of A4."""
