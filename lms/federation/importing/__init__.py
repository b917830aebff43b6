"""How do the statements of another record store come here? Page by page, whole, once, and from where it stopped."""
