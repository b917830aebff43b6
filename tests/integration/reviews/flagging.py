"""For each kind of flag, a teacher whose hours are held by it: the evidence comes in by HTTP, as the player, a provider and staff send it."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib import resources

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

import xapi.storage.keys
from lms import vocabulary as v
from lms.accounts.models import OFFICE, Organisation, Person
from lms.accounts.people import add_person
from lms.catalogue.models import CourseVersion
from lms.classes import setup
from lms.classes.models import Enrolment, TrainingClass
from lms.programmes import store as programmes
from tests.factories import BEGIN, PUBLIC_URL, DrivenClock, World, signed_in
from tests.integration.crediting.holding import study_twice
from tests.integration.learning.conftest import Page
from tests.integration.office.conftest import Desk
from tests.integration.office.room import Room
from tests.worlds import world_of

PROVIDER = "合作平台"
EIGHT = {f"page{number}": {"minutes": 30} for number in range(8)}
FILM = {"film": {"format": "video", "minutes": 10, "media_seconds": 600}}


@dataclass(frozen=True)
class Flagged:
    """A world in which one line of the teacher is held, the seconds that are held there, and what its evidence page shows."""

    world: World
    line: str
    seconds: int
    shown: tuple[str, ...]


def holding(world: World, programme: str, kind: str) -> None:
    """Let the class follow a new version of a programme that holds this kind of flag, and trusts one provider."""
    text = (resources.files("lms.programmes") / "data" / f"{programme}-2020.toml").read_text(encoding="utf-8")
    text = text.replace("max_rate = 2", f'max_rate = 2\nholds = ["{kind}"]').replace(
        "trusted_providers = []", f'trusted_providers = ["{PROVIDER}"]'
    )

    def work(session: Session) -> None:
        version = programmes.import_toml(session, text, BEGIN).version
        session.get_one(TrainingClass, world.class_id).programme_version_id = version.id

    world.act(work)


def _online(app: Flask, clock: DrivenClock, kind: str, activities: Mapping[str, Mapping[str, object]] | None = None) -> World:
    world = world_of(app, clock) if activities is None else world_of(app, clock, activities)
    holding(world, "online-teaching", kind)
    world.act(_clerk)
    return world


def _clerk(session: Session) -> None:
    provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
    add_person(session, "reviewer", "周明", (OFFICE,), password=None, organisation=provider)


def rate(app: Flask, clock: DrivenClock) -> Flagged:
    """Report a film of ten minutes as played a minute after it was opened."""
    world = _online(app, clock, "rate", FILM)
    page = Page(world.client(), world, "film").open()
    page.stay(60)
    segments = {"result": {"extensions": {v.PLAYED_SEGMENTS: "0[.]600"}}, "verb": {"id": v.PAUSED}}
    assert page.say(segments).status_code == 200
    page.beat(last=True)
    return Flagged(world, "c1:film", 60, ("过快", "10:00"))


def claim(app: Flask, clock: DrivenClock) -> Flagged:
    """Let a provider claim ten hours, twelve minutes after the activity was opened."""
    world = _online(app, clock, "claim")
    Page(world.client(), world).open()
    clock.advance(720)
    key = world.act(lambda session: xapi.storage.keys.add_key(session, PROVIDER, ("statements/write",), now=clock(), trusted=True))
    account = world.act(lambda session: session.get_one(Person, world.person_id).account)
    said = {
        "id": str(uuid.uuid4()),
        "actor": v.actor_of(PUBLIC_URL, account),
        "verb": {"id": v.TERMINATED},
        "object": {"id": v.activity_iri(PUBLIC_URL, "c1", "reading")},
        "result": {"duration": "PT10H"},
        "context": {"registration": str(world.registration())},
    }
    answer = world.app.test_client().post("/xapi/statements", json=said, auth=key, headers={"X-Experience-API-Version": "1.0.3"})
    assert answer.status_code == 200, answer.text
    return Flagged(world, "c1:reading", 720, ("600 分钟",))


def devices(app: Flask, clock: DrivenClock) -> Flagged:
    """Be present on two devices at once. The player's lease refuses that, so the statements are as the server would write them."""
    world = _online(app, clock, "devices")
    study_twice(world)
    return Flagged(world, "c1:reading", 600, ("电脑", "手机"))


def regular(app: Flask, clock: DrivenClock) -> Flagged:
    """Open eight activities exactly every two minutes."""
    world = _online(app, clock, "regular", EIGHT)
    client = world.client()
    for number in range(8):
        begun = clock()
        page = Page(client, world, f"page{number}").open()
        page.stay(30)
        page.beat(last=True)
        clock.at = begun + timedelta(minutes=2)
    return Flagged(world, "c1:page3", 30, ("活动page0", "活动page7"))


def clash(app: Flask, clock: DrivenClock) -> Flagged:
    """Study online for ten minutes during a session that one attends, according to the list of the staff."""
    first = world_of(app, clock)
    first.act(_clerk)
    room = Room(Desk(first, signed_in(app, "reviewer")))
    bind = lambda session: setup.bind_course(  # noqa: E731
        session, session.get_one(TrainingClass, room.class_id), session.get_one(CourseVersion, first.course_version_id), "companion"
    )
    first.act(bind)
    own = first.act(lambda session: session.get_one(Enrolment, room.people[0]).person_id)
    world = replace(first, class_id=room.class_id, enrolment_id=room.people[0], person_id=own, username="t0", registrations={})
    holding(world, "rural-lead", "clash")
    after = clock.at
    clock.at = after.replace(day=3, hour=1, minute=0)  # nine in the morning in Shanghai
    page = Page(world.client(), world).open()
    page.stay(600)
    page.beat(last=True)
    clock.at = after
    assert room.mark({0: "present"}) == 302
    return Flagged(world, "c1:reading", 600, ("教学诊断 · 出勤", "同一时间在场"))


KINDS: Mapping[str, Callable[[Flask, DrivenClock], Flagged]] = {
    "rate": rate,
    "claim": claim,
    "devices": devices,
    "clash": clash,
    "regular": regular,
}
