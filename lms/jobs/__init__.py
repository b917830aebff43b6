"""Long work in the background: its progress and its results."""
