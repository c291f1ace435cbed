"""Pages for whatever people prove themselves with besides a password: second factors, badges."""
