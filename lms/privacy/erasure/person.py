"""Erase a person, step by step, and keep their hours under a pseudonym.

First, in one transaction, everything that identifies the person is deleted: name, user name, e-mail, password and account, so nobody
can sign in; launches with their tokens; and the evidence. Each enrolment records that its evidence was erased, and
the record store accepts nothing more about them. Then their statements are deleted from the record store, some at a time.
After a crash at any point, the same request continues.

The ledger stays, and with it every certified hour: it names enrolments and statement ids, never a person.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

import xapi.removals
from lms import vocabulary as v
from lms.accounts import login_sessions
from lms.accounts.models import Person
from lms.accounts.people import find_person
from lms.catalogue import receiving
from lms.certification import appeals
from lms.certification import files as certificate_files
from lms.classes import states, waivers
from lms.classes.models import ClassChange, Enrolment
from lms.crediting import ledger
from lms.crediting.chain import GENESIS
from lms.crediting.models import LedgerEntry, Observation
from lms.errors import NotFound
from lms.federation.forwarding.models import Forward
from lms.jobs import files
from lms.jobs.models import Job
from lms.learning.models import ActivityState, Attempt, CheckProgress, Cmi5Progress, Cmi5Session, Launch, Registration
from lms.lifetime import elsewhere
from lms.practice import work
from lms.privacy.erasure import people_tables, texts
from lms.privacy.erasure.models import Erasure
from lms.storage import Storage
from xapi.statements import key_of

STUDYING = ("nominated", "confirmed", "reported-in", "in-training")


@dataclass(frozen=True, slots=True)
class Preview:
    """The data of a person that would be erased, and that would stay."""

    person_id: int
    username: str
    name: str
    statements: int
    documents: int
    observations: int
    launches: int
    attempts: int
    jobs: int
    elsewhere: int  # statements of others that name them
    enrolments: int
    studying: int  # enrolments that are under way, and become withdrawn
    entries: int  # of the ledger
    credited_seconds: int
    forwards: Sequence[str]  # stores to which statements may have been forwarded


def find(session: Session, wanted: str) -> Person:
    """Return a person by user name or id; an erased person has only the id.

    Raises:
        NotFound: nobody has it.
    """
    found = find_person(session, wanted)
    if found is None:
        raise NotFound(f"person: nobody has the user name or id {wanted!r}")
    return found


def preview(session: Session, person: Person, public_url: str) -> Preview:
    """Count the data that would be erased and that would stay; nothing is changed."""

    def count(model: type, *where: object) -> int:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0  # type: ignore[arg-type]

    columns = (Enrolment.id, Enrolment.credited_seconds, Enrolment.status)
    enrolments = session.execute(select(*columns).where(Enrolment.person_id == person.id)).all()
    numbers = [one.id for one in enrolments]
    there = xapi.removals.foreseen(session, agents_of(person, public_url))
    return Preview(
        person_id=person.id,
        username=person.username,
        name=person.name,
        statements=there.statements,
        documents=there.documents + count(ActivityState, ActivityState.registration_id.in_(_registrations(numbers))),
        observations=count(Observation, Observation.enrolment_id.in_(numbers)),
        launches=count(Launch, Launch.person_id == person.id),
        attempts=count(Attempt, Attempt.registration_id.in_(_registrations(numbers))),
        jobs=count(Job, Job.owner_id == person.id),
        elsewhere=there.elsewhere,
        enrolments=len(numbers),
        studying=sum(one.status in STUDYING for one in enrolments),
        entries=count(LedgerEntry, LedgerEntry.enrolment_id.in_(numbers)),
        credited_seconds=sum(one.credited_seconds for one in enrolments),
        forwards=session.scalars(select(Forward.name).where(Forward.sent > 0).order_by(Forward.name)).all(),
    )


def agents_of(person: Person, public_url: str) -> list[uuid.UUID]:
    """Return the keys under which the record store may have a person: their account here, and their e-mail."""
    agents: list[Mapping[str, Any]] = [v.actor_of(public_url, person.account)]
    if person.email:
        agents.append({"mbox": f"mailto:{person.email}"})
    return [key for one in agents if (key := key_of(one)) is not None]


def begin(session: Session, person: Person, asked_by: int | None, public_url: str, now: datetime) -> Erasure:
    """Make a person anonymous and record that they are being erased; if that was begun before, return the same erasure.

    Files stay until this is committed, and `go_on` deletes them: a person whose erasure was rolled back has lost nothing.
    """
    session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    known = session.scalar(select(Erasure).where(Erasure.person_id == person.id))
    if known is not None:
        return known
    agents = agents_of(person, public_url)
    kept = [key.hex for key in agents]
    begun = Erasure(person_id=person.id, agents=kept, asked_by=asked_by, begun_at=now, statements=0, documents=0)
    xapi.removals.mark(session, agents, now)
    numbers = session.scalars(select(Enrolment.id).where(Enrolment.person_id == person.id)).all()
    begun.observations = _erase_evidence(session, numbers, now)
    _lock_learning(session, person.id, numbers)
    handed_in = work.forget(session, numbers)  # before the launches, which answers to reflections name
    begun.documents = _erase_learning(session, person.id, numbers)
    begun.files = [
        *_forget_jobs(session, person.id),
        *receiving.forget(session, person.id),
        *handed_in,
        *certificate_files.forget(session, numbers),
    ]
    appeals.forget(session, numbers, now)
    texts.rename_in_filters(session, agents, public_url, person.id)
    texts.take_out(session, person)
    _make_nobody(person)
    session.flush()  # the guards of some tables ask whether their person is erased
    elsewhere.forget(session, person.id)
    people_tables.erase(session, person.id)
    login_sessions.end_all(session, [person.id])
    session.add(begun)
    session.flush()
    return begun


def _forget_jobs(session: Session, person_id: int) -> list[str]:
    own = session.scalars(select(Job).where(Job.owner_id == person_id)).all()
    for job in own:
        session.delete(job)
    return [name for job in own for name in files.names_of(job)]


def _erase_evidence(session: Session, numbers: Sequence[int], now: datetime) -> int:
    """Erase the evidence; from then on their hours are never decided again."""
    ledger.lock(session, numbers)
    own = Enrolment.id.in_(numbers)
    session.execute(update(Enrolment).where(own).values(evidence_erased_at=now, evidence_sha256=GENESIS, evidence_count=0, held_seconds=0))
    session.execute(update(Enrolment).where(own, Enrolment.status.in_(STUDYING)).values(status="withdrawn"))
    named = ClassChange.enrolment_id.in_(numbers), ClassChange.what == "renamed"
    session.execute(update(ClassChange).where(*named).values(before="", after=""))
    states.forget_reasons(session, numbers)
    waivers.forget(session, numbers)
    gone = session.execute(delete(Observation).where(Observation.enrolment_id.in_(numbers)).returning(Observation.id))
    return len(gone.all())


def _lock_learning(session: Session, person_id: int, numbers: Sequence[int]) -> None:
    """Wait for a request that is writing; once this is committed, later requests find no launch."""
    # In the order in which submissions lock them.
    session.execute(_registrations(numbers).order_by(Registration.id).with_for_update()).all()
    session.execute(select(Launch.id).where(Launch.person_id == person_id).order_by(Launch.id).with_for_update()).all()


def _erase_learning(session: Session, person_id: int, numbers: Sequence[int]) -> int:
    """Erase locked launches with their data; return how many documents of activities that took."""
    registrations = _registrations(numbers)
    states = delete(ActivityState).where(ActivityState.registration_id.in_(registrations))
    gone = session.execute(states.returning(ActivityState.registration_id))
    documents = len(gone.all())
    for table in (Attempt, CheckProgress, Cmi5Session, Cmi5Progress):
        session.execute(delete(table).where(table.registration_id.in_(registrations)))
    session.execute(delete(Launch).where(Launch.person_id == person_id))
    return documents


def _registrations(enrolments: Sequence[int]) -> Select[uuid.UUID]:
    return select(Registration.id).where(Registration.enrolment_id.in_(enrolments))


def _make_nobody(person: Person) -> None:
    """Delete everything that identifies the person. The id stays, so that the sums of a class stay right."""
    person.name, person.username = f"已删除 {person.id}", f"erased-{person.id}"
    person.email = person.password = person.locale = None
    person.active = False
    person.account, person.fs_uniquifier = str(uuid.uuid4()), uuid.uuid4().hex


def go_on(session: Session, erasure_id: int, now: datetime, storage: Storage) -> bool:
    """Erase some more of a person's files and of their data in the record store; return whether there may be more."""
    found = session.get_one(Erasure, erasure_id, with_for_update=True)
    # The list goes with the commit; until then everything in it is deleted again.
    for name in (*found.files, elsewhere.folder_of(found.person_id)):
        storage.delete_all(name)
    found.files = []
    agents = [uuid.UUID(one) for one in found.agents]
    count = xapi.removals.erase_some(session, agents, now)
    found.statements += count
    if count:
        return True
    found.documents += xapi.removals.erase_rest(session, agents)
    texts.forget_answers(session)
    found.finished_at = now
    return False
