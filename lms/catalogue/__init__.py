"""Which courses are published, in which immutable versions?"""
