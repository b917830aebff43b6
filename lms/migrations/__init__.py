"""How did the database come to its present shape? One tree for the LMS and its record store."""
