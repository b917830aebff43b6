"""Classes: people, dates, programme version, enrolments and their states, and the history of changes."""
