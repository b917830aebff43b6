"""What does a newcomer find when they look around? Invented people, real courses, and hours earned the real way."""
