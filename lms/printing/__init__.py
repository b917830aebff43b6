"""Print documents: typesetting and its fonts, and the letterhead of an office: its wording and its logo."""
