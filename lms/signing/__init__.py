"""Sign documents with the site's own key, and check signatures."""
