"""Attendance of sessions, noted by staff or by a code; each mark is kept with the person who made it."""
