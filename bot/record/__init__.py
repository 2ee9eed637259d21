"""What is kept of conversations, found again, exported and forgotten."""
