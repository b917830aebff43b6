"""Whose word counts for a class, and since when was the activity open? What the rules need to know beside the statement itself.

A programme names the providers whose reports count (`trusted_providers`); a report is such a provider's if it came with a key
of that name that an office marked as trusted. Nothing is looked up while no statement of another system is there.

Trust is asked when a report is taken in, and kept with what is kept of it: who is trusted no more later takes no hours away.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import vocabulary as v
from lms.crediting.observe import OWN, Launched, Statement, Trust, account_of, registration_of
from lms.crediting.policy import ClassPolicy
from lms.learning.models import Launch
from xapi.keys import names_of_keys, trusted_names


def trust_of(session: Session, law: ClassPolicy, statements: Iterable[Statement], public_url: str, *, kept: bool = False) -> Trust:
    """Return whose word counts on these statements, with the launches that providers' reports may be about.

    `kept`: reports of which evidence is kept. Their keys were trusted then, whatever holds for them now.
    """
    foreign = [one for one in statements if account_of(one, public_url) not in OWN] if law.trusted_providers else []
    if not foreign:
        return Trust(public_url)
    keys = frozenset(key for key, name in (names_of_keys if kept else trusted_names)(session).items() if name in law.trusted_providers)
    reports = [one for one in foreign if one["verb"]["id"] == v.TERMINATED and account_of(one, public_url) in keys]
    return Trust(public_url, keys, _launches(session, {registration_of(one) for one in reports} - {None}))


def _launches(session: Session, registrations: set[uuid.UUID | None]) -> dict[tuple[uuid.UUID | None, str], tuple[Launched, ...]]:
    found: dict[tuple[uuid.UUID | None, str], list[Launched]] = defaultdict(list)
    wanted = select(Launch.registration_id, Launch.activity, Launch.id, Launch.opened_at).where(Launch.registration_id.in_(registrations))
    for registration, activity, launch, opened_at in session.execute(wanted) if registrations else ():
        found[registration, activity].append(Launched(str(launch), int(opened_at.timestamp())))
    return {key: tuple(launches) for key, launches in found.items()}
