"""Play a unit of cmi5 in a trainer's preview: against a record store of its own, which is thrown away."""
