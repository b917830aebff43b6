"""Hours that a teacher of a world earned elsewhere, entered by one clerk and approved by another."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import OFFICE, Organisation, Person
from lms.accounts.people import add_person
from lms.crediting.attesting import Attestor
from lms.lifetime import elsewhere, rules
from lms.lifetime.elsewhere import AskedElsewhere
from lms.lifetime.models import APPROVED
from lms.lifetime.rules import newest_versions, rule_of
from lms.practice.files import HandedIn
from lms.storage import storage
from tests.factories import PUBLIC_URL, World

DOCUMENT = b"%PDF-1.7 a scan"
ASKED = AskedElsewhere(
    "school-based", "国培示范项目", "某师范大学", date(2025, 7, 1), date(2025, 7, 10), "hours", Decimal("30.5"),
    HandedIn("证书.pdf", "application/pdf", DOCUMENT),
)  # fmt: skip


def approve_hours(world: World, count: int = 1) -> int:
    """Enter 30.5 hours of each of `count` trainings for the teacher and approve them; return the number of the last entry."""

    def act(session: Session) -> int:
        provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        clerks = [add_person(session, name, name, (OFFICE,), password=None, organisation=provider).id for name in ("enters", "approves")]
        rules.import_toml(session, rules.example(), world.clock())
        teacher = session.get_one(Person, world.person_id)
        known = [rule_of(one) for one in newest_versions(session)]
        attestor = Attestor(session, PUBLIC_URL, clerks[1], world.clock())
        for number in range(count):
            document = HandedIn("证书.pdf", "application/pdf", DOCUMENT + b"\n" * number)
            asked = replace(ASKED, title=f"{ASKED.title}{number or ''}", document=document)
            entry = elsewhere.enter(session, storage(), teacher, asked, By(clerks[0], world.clock()), known)
            assert elsewhere.decide(storage(), entry, APPROVED, "", attestor)
        return entry.id

    with world.app.test_request_context():
        number: int = world.act(act)
    return number
