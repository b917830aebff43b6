"""Read JSON files that people wrote, and name every mistake without guessing. Standard library only.

`courses` and `lms.hours` both use it, because they may not import each other.
"""
