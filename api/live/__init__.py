"""What is live and what is not: the parts that news comes through, the pings that tell browsers, and their script."""
