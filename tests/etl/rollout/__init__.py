"""Rolling out line by line."""
