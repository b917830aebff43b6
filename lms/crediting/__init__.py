"""Credit hours for evidence, and keep them in the ledger permanently."""
