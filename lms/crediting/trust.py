"""The trusted providers of a class, and the launches that their reports may belong to.

A programme names the providers whose reports count (`trusted_providers`). A report is from such a provider if its key
has that name and an office marked the key as trusted. Nothing is queried unless there is a statement from another system.

The trust at intake is what counts. If a provider loses it later, the reports that were taken in before stay evidence.
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


def trust_of(session: Session, class_policy: ClassPolicy, statements: Iterable[Statement], public_url: str, *, kept: bool = False) -> Trust:
    """Return the trusted sources for these statements, with the launches to which providers' reports may belong.

    `kept`: the statements are evidence already, so their keys were trusted then, even if they are not any more.
    """
    foreign = [one for one in statements if account_of(one, public_url) not in OWN] if class_policy.trusted_providers else []
    if not foreign:
        return Trust(public_url)
    keys = frozenset(
        key for key, name in (names_of_keys if kept else trusted_names)(session).items() if name in class_policy.trusted_providers
    )
    reports = [one for one in foreign if one["verb"]["id"] == v.TERMINATED and account_of(one, public_url) in keys]
    return Trust(public_url, keys, _launches(session, {registration_of(one) for one in reports} - {None}))


def _launches(session: Session, registrations: set[uuid.UUID | None]) -> dict[tuple[uuid.UUID | None, str], tuple[Launched, ...]]:
    found: dict[tuple[uuid.UUID | None, str], list[Launched]] = defaultdict(list)
    wanted = select(Launch.registration_id, Launch.activity, Launch.id, Launch.opened_at).where(Launch.registration_id.in_(registrations))
    for registration, activity, launch, opened_at in session.execute(wanted) if registrations else ():
        found[registration, activity].append(Launched(str(launch), int(opened_at.timestamp())))
    return {key: tuple(launches) for key, launches in found.items()}
