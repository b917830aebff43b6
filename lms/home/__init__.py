"""A teacher's home pages: earned hours, missing requirements and the next step."""
