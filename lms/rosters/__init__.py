"""Who are the teachers in this list, and how do all of them come into a class?"""
