"""Set and check passwords with argon2 hashes; setting one ends everything that the person has open."""

import unicodedata
from collections.abc import Iterable

from flask_babel import gettext as _
from flask_security import hash_password, verify_password
from sqlalchemy.orm import object_session

from lms.accounts import initial, login_sessions
from lms.accounts.easy_passwords import is_common, is_made_of
from lms.accounts.models import Person

SHORTEST, LONGEST = 8, 128  # NIST SP 800-63B 3.1.1.2: at least eight characters; the maximum keeps hashing cheap
ARGON2 = {"argon2__rounds": 2, "argon2__memory_cost": 19456, "argon2__parallelism": 1}  # OWASP's minimum: 19 MiB, 2 passes
# The hash of a password that nobody knows, with the same costs: it is compared if an account has no chosen password.
NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$wIvOH6LXTrePVPKnbT0jHg$gn5gDa10AfRAzSF+GBq43RkA4a6pdpBkt39kVaNc7kE"


def hashed(password: str) -> str:
    """Return the hash to store. Equal characters match even if keyboards compose them differently, as at sign-in.

    Raises:
        ValueError: it is longer than `problem_of` allows.
    """
    if len(password) > LONGEST:  # normalising Unicode takes quadratic time
        raise ValueError(f"a password has at most {LONGEST} characters")
    return str(hash_password(unicodedata.normalize("NFKD", password)))


def is_right(person: Person | None, password: str) -> bool:
    """Say whether a password is the person's; for nobody, and for an account without a password, always no.

    It always costs one argon2 verification, so that the response time does not reveal which accounts exist. A password that is longer
    than allowed is not even examined.
    """
    if len(password) > LONGEST:
        person, password = None, ""
    own = person.password if person is not None else None
    initially = initial.is_initial(own)
    against = NOBODYS if own is None or initially else own
    right = bool(verify_password(unicodedata.normalize("NFKD", password), against))
    if person is not None and own is not None and initially:
        return initial.is_right(own, person.account, password)
    return right and against is own


def problem_of(password: str, username: str, known: Iterable[str] = ()) -> str | None:
    """Return the problem with a new password, in words; None if it is acceptable. Any characters are allowed.

    `known`: words that others know about the person (`known_words`).
    """
    if not SHORTEST <= len(password) <= LONGEST:
        return _("Use %(least)s to %(most)s characters.", least=SHORTEST, most=LONGEST)
    if username.lower() in password.lower():
        return _("Leave your user name out of it.")
    if len(set(password)) < SHORTEST // 2:
        return _("Use more different characters.")
    if is_common(password):
        return _("Many people use this password, so it is tried first. Choose another, for instance of several words.")
    if is_made_of(password, known, SHORTEST):
        return _("Others know your name and the names of your school and class. Add words of your own to them, or choose others.")
    return None


def set_password(person: Person, password: str) -> None:
    """Set a new password. The person is signed out on every device, and their open activities end."""
    person.password = hashed(password)
    _end_access(person)


def hand_out_initial_password(person: Person) -> str:
    """Replace the password by a new initial password and return it, only once; the person is signed out everywhere."""
    person.password = initial.draw(initial.GIVEN)
    _end_access(person)
    return initial.password_of(person.password, person.account)


def _end_access(person: Person) -> None:
    """End everything that the person has open, in the transaction that changes the password."""
    session = object_session(person)
    if session is not None and person.id is not None:
        login_sessions.end_all(session, [person.id])
