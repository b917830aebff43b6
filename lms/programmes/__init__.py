"""Programme documents: requirements, rules and staff roles."""
