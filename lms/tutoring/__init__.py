"""How does a class get on with its courses, and who needs help? For class staff; hours are decided elsewhere."""
