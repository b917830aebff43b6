"""The migrations: one chain for the LMS and its record store."""
