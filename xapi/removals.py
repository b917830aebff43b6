"""Erase a person's statements and remove old months. Part of the record store's public interface."""

from xapi.storage.erased import SAID, mark, marked_among
from xapi.storage.erasure import erase_rest, erase_some, foreseen
from xapi.storage.quota import forget_usage
from xapi.storage.retention import (
    Figures,
    Month,
    clear_some,
    close,
    figures,
    forget_names,
    has_after,
    month_at,
    month_of,
    months,
    remove_some,
    stored_when,
    take_off,
    unread,
)

__all__ = [
    "SAID",
    "Figures",
    "Month",
    "clear_some",
    "close",
    "erase_rest",
    "erase_some",
    "figures",
    "foreseen",
    "forget_names",
    "forget_usage",
    "has_after",
    "mark",
    "marked_among",
    "month_at",
    "month_of",
    "months",
    "remove_some",
    "stored_when",
    "take_off",
    "unread",
]
