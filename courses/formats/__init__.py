"""What must hold of each kind of content before it is published? One module for each format."""
