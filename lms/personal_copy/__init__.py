"""A person's own copy of everything that the site has about them, as a ZIP file made in the background."""
