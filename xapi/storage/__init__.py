"""Store and find statements, documents, keys and related records in the database."""
