"""Classes: who runs them, what they plan, who is in them."""
