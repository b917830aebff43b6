"""How statements, documents, keys and everything beside them are kept and found in the database."""
