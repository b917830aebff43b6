"""Who looked at, exported or revealed what is recorded about people, and how long that is kept."""
