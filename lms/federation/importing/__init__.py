"""Import the statements of another record store: page by page, unchanged, once, and resumable."""
