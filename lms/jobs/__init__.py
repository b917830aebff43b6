"""What long work is under way, how far is it, and where is its result?"""
