"""What tests of the API share: rows in the database, an SSE client, a TCP proxy, a browser."""
