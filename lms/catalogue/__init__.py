"""Published courses and their immutable versions."""
