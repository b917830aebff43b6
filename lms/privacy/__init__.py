"""Delete data about people: one person's data by erasure, old months by retention."""
