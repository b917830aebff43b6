"""Does the product keep its promises? Real databases, a real Valkey and a real browser; no mocks of our own code."""
