"""A class whose programme holds flagged hours, a person who studies on two devices at once, and reviewers who decide."""

import uuid
from importlib import resources

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.recorded import RECORDED
from lms.classes.models import Enrolment, TrainingClass
from lms.crediting.attesting import Attestor, Review
from lms.crediting.models import HeldSession
from lms.crediting.verify import verify
from lms.crediting.windows import go_on_somewhere
from lms.db import database
from lms.programmes import store as programmes
from tests.factories import BEGIN, PUBLIC_URL, World

HOLDING = 'max_rate = 2\nholds = ["devices", "claim", "rate"]'


def hold(world: World, line: str = HOLDING) -> None:
    """Let the class follow a new version of its programme, which holds flagged hours."""
    text = (resources.files("lms.programmes") / "data" / "online-teaching-2020.toml").read_text(encoding="utf-8")

    def work(session: Session) -> None:
        version = programmes.import_toml(session, text.replace("max_rate = 2", line), BEGIN).version
        session.get_one(TrainingClass, world.class_id).programme_version_id = version.id

    world.act(work)
    while world.act(lambda session: go_on_somewhere(session, world.clock())):
        pass


def study_twice(world: World, seconds: int = 600) -> tuple[str, str]:
    """Study on two devices at once; return the two launches."""
    first = world.study("reading", seconds)
    world.clock.advance(-seconds)
    second = world.subject("gated")
    phone = second.__class__(**{**{name: getattr(second, name) for name in second.__slots__}, "device": "phone-1"})
    world.study("gated", seconds, subject=phone)
    world.credit()
    return str(first.launch_id), str(second.launch_id)


def review(world: World, launch: str, **what: object) -> uuid.UUID:
    """Decide about a held launch as a reviewer does; return the statement's id."""
    said = Review(**{"activity": "c1:reading", "session": launch, "flags": ["devices"], "refused": False, "reason": "本人在场", **what})

    def work(session: Session) -> uuid.UUID:
        attestor = Attestor(session, PUBLIC_URL, None, world.clock.advance(1))
        return attestor.reviewed(session.get_one(Enrolment, world.enrolment_id), said)

    made: uuid.UUID = world.act(work)
    world.credit()
    return made


def held(world: World) -> tuple[int, dict[str, str]]:
    """Return the held seconds that lists show, and the state of each listed launch."""

    def work(session: Session) -> tuple[int, dict[str, str]]:
        rows = session.scalars(select(HeldSession)).all()
        return session.get_one(Enrolment, world.enrolment_id).held_seconds, {one.session: one.state for one in rows}

    found: tuple[int, dict[str, str]] = world.act(work)
    return found


def findings(world: World) -> list[str]:
    with world.app.app_context(), database().reader() as session:
        return [str(one) for batch in verify(session, public_url=PUBLIC_URL, removals=RECORDED) for one in batch.findings]
