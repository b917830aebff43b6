"""A teacher's home pages: what is earned, what is missing, and the next step."""
