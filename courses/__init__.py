"""Course outlines, packages and their formats. Reads files but is otherwise pure; it does not depend on the LMS."""
