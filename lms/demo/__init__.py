"""The demo: invented people, real courses, and hours earned in the normal way."""
