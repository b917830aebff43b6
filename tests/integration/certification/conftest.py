"""A class in which one teacher has met every requirement and another has not, and an office that certifies."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import OFFICE, TEACHER, Organisation, Person
from lms.accounts.people import add_person
from lms.audit.recorded import RECORDED
from lms.certification import issuing, recalculation, register_check
from lms.certification.issuing import CertifiedBatch
from lms.classes import setup
from lms.classes.models import Enrolment, TrainingClass
from lms.crediting.models import Certificate
from lms.crediting.verify import verify
from lms.db import database, transaction
from tests.factories import PUBLIC_URL, DrivenClock, World
from tests.worlds import world_of

ISSUER = "示范培训机构"
HOURS = 30  # the track asks for 40 credit hours of 45 minutes
WHOLE = {"a": {"minutes": 600}, "b": {"minutes": 600}, "c": {"minutes": 600}, "more": {"minutes": 90}}


@dataclass
class Office:
    """A class with one teacher who has met everything, one who has not, and a clerk."""

    world: World
    clerk_id: int
    other_id: int  # the enrolment of the teacher who has not met everything
    names: dict[str, int] = field(default_factory=dict)

    @property
    def enrolment_id(self) -> int:
        """The enrolment of the teacher who has met everything."""
        return self.world.enrolment_id

    def by(self) -> By:
        """Return the clerk, now."""
        return By(self.clerk_id, self.world.clock())

    def heads(self) -> dict[int, str]:
        """Return the ledger heads of everybody, as the preview shows them."""
        rows = self.world.act(lambda session: session.execute(select(Enrolment.id, Enrolment.ledger_head)).all())
        return {number: head or "" for number, head in rows}

    def certify(self, by: By | None = None, seen: dict[int, str] | None = None) -> CertifiedBatch:
        """Certify everybody who can be."""
        looked_at = self.heads() if seen is None else seen
        batch: CertifiedBatch = self.world.act(lambda session: issuing.certify(session, looked_at, by or self.by(), ISSUER))
        return batch

    def supersede(self, certificate: Certificate, reason: str = "补录学习记录") -> Certificate:
        """Look at the difference and issue the next version."""

        def act(session: Session) -> Certificate:
            found = session.get_one(Certificate, certificate.id)
            seen = recalculation.recalculate(session, found, self.world.clock()).digest
            return issuing.supersede(session, certificate.id, seen, reason, self.by())

        with self.world.app.test_request_context():
            new: Certificate = self.world.act(act)
        return new

    def revoke(self, certificate: Certificate, reason: str = "学习记录有误") -> None:
        """Revoke a certificate."""
        with self.world.app.test_request_context():
            self.world.act(lambda session: issuing.revoke(session, certificate.id, reason, self.by()))

    def findings(self) -> list[str]:
        """Return what `lms ledger verify --statements` finds, in the ledger and in the register."""
        with self.world.app.app_context(), database().reader() as session:
            ledger = [str(one) for batch in verify(session, public_url=PUBLIC_URL, removals=RECORDED) for one in batch.findings]
            return [*ledger, *map(str, register_check.check(session, removals=RECORDED).findings)]

    def find(self, work: Callable[[Session], object]) -> object:
        """Read something in a transaction of its own."""
        return self.world.act(work)


@pytest.fixture
def office(app: Flask, clock: DrivenClock) -> Office:
    return build_office(app, clock)


def build_office(app: Flask, clock: DrivenClock) -> Office:
    """Make the class in an empty database."""
    world = world_of(app, clock, WHOLE)

    def more(session: Session) -> tuple[int, int]:
        provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        clerk = add_person(session, "clerk", "周明", (OFFICE,), password=None, organisation=provider)
        other = add_person(session, "other", "赵一", (TEACHER,), password=None, organisation=provider)
        enrolled = setup.enrol(session, session.get_one(TrainingClass, world.class_id), other, "primary", "in-training")
        return clerk.id, enrolled.id

    made = Office(world, *world.act(more))
    for activity in "abc":
        world.study(activity, HOURS * 3600 // 3)
    world.credit()
    return made


def rename(world: World, name: str) -> None:
    """Give the teacher another name."""
    with world.app.app_context(), transaction() as session:
        session.get_one(Person, world.person_id).name = name
