"""Which hours follow from what happened, and how are they kept for good?"""
