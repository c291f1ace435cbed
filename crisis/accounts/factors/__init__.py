"""What people prove themselves with besides a password: one-time codes, passkeys, recovery codes, and badges."""
