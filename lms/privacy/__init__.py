"""How does what is kept about people go: one person's by erasure, old months by retention?"""
