"""How do statements reach other record stores? In the order of storing, at least once, each under the id it has here."""
