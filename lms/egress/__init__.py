"""Outgoing connections: allowed addresses and how to connect to them."""
