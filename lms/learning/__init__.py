"""How does a teacher study an activity, and how long were they really present?"""
