"""Practice at one's own school: tasks and monthly logs that teachers hand in and class staff accept or return."""
