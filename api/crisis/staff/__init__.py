"""The staff's pages: rendered on the node, live by the stream, complete without a script."""
