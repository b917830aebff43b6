"""Pages of an office and of class staff, one module for each subject; importing a module adds its pages."""

from lms.office.places import bp
from lms.office.views import (
    adding,
    attendance,
    board,
    check_in,
    classes,
    course_changes,
    documents,
    lists,
    opening,
    passwords,
    practice,
    staff,
    teachers,
    timetable,
    today,
)

__all__ = [
    "adding",
    "attendance",
    "board",
    "bp",
    "check_in",
    "classes",
    "course_changes",
    "documents",
    "lists",
    "opening",
    "passwords",
    "practice",
    "staff",
    "teachers",
    "timetable",
    "today",
]
