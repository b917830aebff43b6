"""Certificates of an office: the register, issuing, superseding, revoking, and verification without an account."""
