"""What can an office and the staff of a class see and do? One module a subject; importing it adds its pages."""

from lms.office.places import bp
from lms.office.views import (
    adding,
    attendance,
    classes,
    lists,
    opening,
    passwords,
    practice,
    staff,
    states,
    teachers,
    timetable,
    today,
    transfer,
    waivers,
)

__all__ = [
    "adding",
    "attendance",
    "bp",
    "classes",
    "lists",
    "opening",
    "passwords",
    "practice",
    "staff",
    "states",
    "teachers",
    "timetable",
    "today",
    "transfer",
    "waivers",
]
