"""How is a person erased, and what of them must stay?"""
