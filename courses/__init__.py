"""What can be studied? Course outlines, packages and their formats. Pure but for reading files; knows nothing of the LMS."""
