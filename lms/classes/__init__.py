"""Classes: who learns together, when, and in which programme version; enrolment and its life; what was changed."""
