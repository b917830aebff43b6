"""Practice at the teacher's own school: tasks and monthly logs that teachers submit and class staff accept or return."""
