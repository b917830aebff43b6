"""cmi5: launch units, hold their statements against the specification, and state what follows (satisfied, waived, abandoned)."""
