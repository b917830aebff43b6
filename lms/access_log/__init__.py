"""Accesses to personal data: looks, exports and revealed user names, each with its author."""
