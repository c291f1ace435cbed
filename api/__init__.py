"""The HTTP door: the read API, the live stream and the web pages."""
