"""People and organisations: accounts, roles, sign-in and access rights."""
