"""Who is learning what, and what have they earned?"""
