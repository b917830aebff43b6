"""What the standard says, as pure functions of values: no database, no web, no clock."""
