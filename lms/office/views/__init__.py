"""Pages of an office and of class staff, one module for each subject; importing a module adds its pages."""

from lms.office.places import bp
from lms.office.views import (
    adding,
    attendance,
    check_in,
    classes,
    lists,
    online,
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
    "check_in",
    "classes",
    "lists",
    "online",
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
