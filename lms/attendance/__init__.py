"""Attendance: who was at which session, noted by staff or by a code, each mark kept with who made it."""
