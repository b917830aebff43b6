"""Passwords that an attacker would guess first: the most common ones, and those made from facts about the person.

The list of 30,000 common passwords, the most frequent of several published leaks, comes from zxcvbn, a well-maintained library.
"""

import unicodedata
from collections.abc import Iterable, Sequence

from blinker import Signal
from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from lms.accounts.models import Organisation, Person

# Habits of Chinese users that the list lacks: "I love you" in pinyin and in numbers, a letter before a row of digits.
CHINESE_HABITS = (
    *("woaini1314", "woaini520", "woaini521", "woaini123", "woaini5201314", "woaiwojia", "iloveyou1314", "5201314520", "1314520520"),
    *("a5201314", "q5201314", "z5201314", "5201314a", "1314520a", "abc5201314", "a1314520", "13145200", "52013140", "1314521000"),
    *("aa123456", "qq123456", "asd123456", "zxc123456", "qwe123456", "abc123456", "a12345678", "a123456789", "q123456789", "z123456789"),
)
COMMON = frozenset((*FREQUENCY_LISTS["passwords"], *CHINESE_HABITS))
SHORTEST_WORD, SHORTEST_CHINESE = 3, 2  # characters; shorter words are ignored
LONGEST_WORD = 200  # no password contains a longer word

# Sent with `session` and `person_id`; each receiver returns words that others know about this person.
words_wanted = Signal("words wanted")


def is_common(password: str) -> bool:
    """Say whether a password is one of the most common ones, in any width and case, with or without spaces."""
    return _plain(password) in COMMON


def is_made_of(password: str, known: Iterable[str], least: int) -> bool:
    """Say whether a password is one of these words plus fewer than `least` characters."""
    plain = _plain(password)
    words = {_plain(one) for one in known if len(one) <= LONGEST_WORD}
    return any(word in plain and len(plain) - len(word) < least for word in words if len(word) >= _shortest(word))


def known_words(session: Session, person: Person) -> Sequence[str]:
    """Return words that others know about a person: their names, and those of their organisation and classes."""
    known = [person.username, person.name, (person.email or "").partition("@")[0]]
    if person.organisation_id:
        own = select(Organisation.name, Organisation.code).where(Organisation.id == person.organisation_id)
        known += session.execute(own).one()
    for _receiver, words in words_wanted.send(current_app._get_current_object(), session=session, person_id=person.id):  # type: ignore[attr-defined]
        known += words
    return known


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _shortest(word: str) -> int:
    return SHORTEST_WORD if word.isascii() else SHORTEST_CHINESE
