"""The two clients, and what they have in common."""
