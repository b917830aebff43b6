"""Checks for each kind of content before it is published, one module for each format."""
