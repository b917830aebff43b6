"""Who is this person, to whom do they belong, and what may they do?"""
