"""Erase a person; keep the hours without the name."""
