"""Read lists of teachers, and enrol everybody on a list in a class."""
