"""What can an office and the staff of a class see and do? One module a subject; importing it adds its pages."""

from lms.office.places import bp
from lms.office.views import (
    adding,
    attendance,
    check_in,
    classes,
    course_changes,
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
    "bp",
    "check_in",
    "classes",
    "course_changes",
    "lists",
    "opening",
    "passwords",
    "practice",
    "staff",
    "teachers",
    "timetable",
    "today",
]
