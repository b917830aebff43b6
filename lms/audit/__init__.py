"""Verify that everything from which hours follow is unchanged, and create proof of it for later."""
