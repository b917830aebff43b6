"""What can an office see and do with its classes? One module a subject; importing it adds its pages."""

from lms.office.places import bp
from lms.office.views import adding, classes, lists, opening, passwords, teachers

__all__ = ["adding", "bp", "classes", "lists", "opening", "passwords", "teachers"]
