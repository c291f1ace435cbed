"""The statements of the API, one file each."""
