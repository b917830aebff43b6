"""Read JSON files that people wrote, and name every mistake without guessing. Standard library only.

It lies in `courses` because `lms` may import `courses` and not the reverse. It is all that `lms.hours` imports of ours, so
it imports nothing of ours itself, not even from `courses`.
"""
