"""What a running application remembers between requests: newest values, shared pages, submitted forms."""
