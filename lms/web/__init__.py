"""Properties of every page: hosts, headers, errors, health."""
