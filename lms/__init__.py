"""The LMS: who learns what, and which hours they have earned."""
