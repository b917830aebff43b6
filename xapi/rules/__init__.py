"""The rules of the xAPI standard, as pure functions of values: no database, no web, no clock."""
