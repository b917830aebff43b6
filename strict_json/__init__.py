"""How is a JSON file that somebody wrote read, so that every mistake is named and none is guessed at? Standard library only.

It stands below `courses` and `lms.hours`, which know nothing of each other and both read such files.
"""
