"""How is a password set, and is this one right? argon2 hashes; setting one ends every session of the person."""

import unicodedata
import uuid

from flask_babel import gettext as _
from flask_security import hash_password, verify_password

from lms.accounts import initial
from lms.accounts.models import Person

SHORTEST, LONGEST = 8, 128  # NIST SP 800-63B 3.1.1.2: at least eight characters; the end keeps hashing cheap


def hashed(password: str) -> str:
    """Return the hash to store. The same characters count as equal however a keyboard composes them, as signing in does.

    Raises:
        ValueError: it is longer than `problem_of` lets pass.
    """
    if len(password) > LONGEST:  # Unicode is normalised in a time that grows with the square of the length
        raise ValueError(f"a password has at most {LONGEST} characters")
    return str(hash_password(unicodedata.normalize("NFKD", password)))


def is_right(person: Person, password: str) -> bool:
    """Say whether a password is the person's; who has none is never right, nor is one longer than anybody can have."""
    if len(password) > LONGEST:
        return False
    if person.password is not None and person.must_choose_password:
        return initial.is_right(person.password, person.account, password)
    return bool(person.password) and bool(verify_password(unicodedata.normalize("NFKD", password), person.password or ""))


def problem_of(password: str, username: str) -> str | None:
    """Return why a new password cannot be taken, in words; None where it can. Any characters will do."""
    if not SHORTEST <= len(password) <= LONGEST:
        return _("Use %(least)s to %(most)s characters.", least=SHORTEST, most=LONGEST)
    if username.lower() in password.lower():
        return _("Leave your user name out of it.")
    if len(set(password)) < SHORTEST // 2:
        return _("Use more different characters.")
    return None


def set_password(person: Person, password: str) -> None:
    """Set a new password. Everybody who is signed in as this person, on any device, is signed out."""
    person.password = hashed(password)
    person.fs_uniquifier = uuid.uuid4().hex


def hand_out_initial_password(person: Person) -> str:
    """Give an initial password instead of whatever was there, and return it, this once; the person is signed out everywhere."""
    person.password = initial.draw(initial.GIVEN)
    person.fs_uniquifier = uuid.uuid4().hex
    return initial.password_of(person.password, person.account)
