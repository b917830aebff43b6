"""How do statements go to other record stores, and how do theirs come here?"""
