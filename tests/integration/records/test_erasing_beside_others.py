"""Does nothing of a person remain from requests that ran while they were erased? Two transactions at a time, in every order."""

import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.catalogue.models import AnswerKey
from lms.config import Settings
from lms.db import database, transaction
from lms.errors import NotSignedIn
from lms.federation.importing.models import Import, StatementSetAside
from lms.federation.importing.source import Fetched
from lms.federation.importing.storing import ImportPolicy, take
from lms.learning import answers, presence, state
from lms.learning.admission import Admission, LaunchRefusal, StudiedActivity, admit
from lms.learning.attended import BeatBody
from lms.learning.launch import OpenedLaunch, open_launch
from lms.learning.models import ActivityState, Attempt, Launch
from lms.learning.presence import BeatRefused
from lms.learning.tickets import Ticket
from lms.privacy.erasure import person as erasure
from lms.privacy.erasure.models import Erasure
from lms.storage import storage
from tests.factories import PUBLIC_URL, DrivenClock, World
from tests.integration.learning.conftest import KEY, Page
from tests.integration.records.imports import IMPORT
from tests.worlds import world_of
from xapi.storage.models import StatementRow

pytestmark = pytest.mark.usefixtures("guarded")


@pytest.fixture
def world(app: Flask, clock: DrivenClock) -> World:
    """A world whose quiz has an answer key."""
    built = world_of(app, clock)
    built.act(lambda session: session.add(AnswerKey(course_version_id=built.course_version_id, activity="quiz", document=KEY)))
    return built


class Meeting:
    """An erasure and something else that happen at the same moment."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.settings: Settings = world.app.extensions["settings"]

    def begin(self, session: Session) -> None:
        """Begin the erasure, in a transaction."""
        person = session.get_one(Person, self.world.person_id)
        erasure.begin(session, person, None, PUBLIC_URL, self.world.clock())

    def erase(self) -> None:
        """Erase the person to the end."""
        self.world.act(self.begin)
        while self.world.act(
            lambda session: erasure.go_on(session, session.scalars(select(Erasure.id)).one(), self.world.clock(), storage())
        ):
            pass

    def first(self, work: Callable[[Session], Any]) -> None:
        """Run something, and let the erasure begin before that is committed; it waits for the end."""
        with self.world.app.app_context(), transaction() as session:
            work(session)
            session.flush()
            eraser = threading.Thread(target=self.erase)
            eraser.start()
            time.sleep(0.3)
            assert eraser.is_alive(), "it waits"
        eraser.join(20)
        assert not eraser.is_alive()

    def second(self, work: Callable[[Session], Any]) -> Any:
        """Begin the erasure, and let something else begin before it is committed; return that one's result."""
        came: list[Any] = []

        def do() -> None:
            try:
                came.append(self.world.act(work))
            except Exception as error:
                came.append(error)

        with self.world.app.app_context(), transaction() as session:
            self.begin(session)
            other = threading.Thread(target=do)
            other.start()
            time.sleep(0.3)
            assert other.is_alive(), "it waits"
        other.join(20)
        self.erase()
        return came[0]

    def left(self) -> dict[str, int]:
        """Count what is left of the person, by table."""

        def statement_filter(session: Session) -> dict[str, int]:
            models = (Launch, Attempt, ActivityState, StatementRow)
            found = {one.__tablename__: session.scalar(select(func.count()).select_from(one)) or 0 for one in models}
            return {name: number for name, number in found.items() if number}

        answer: dict[str, int] = self.world.act(statement_filter)
        return answer

    def admission(self) -> Admission:
        """Admit the person to the quiz, as a request does before anything else."""
        place = StudiedActivity(self.world.enrolment_id, self.world.course_version_id, "quiz")
        with self.world.app.app_context(), database().reader() as session:
            found = admit(session, self.world.person_id, place)
        assert isinstance(found, Admission)
        return found

    def launch(self) -> Launch:
        """Return the person's launch of the quiz, as a request reads it before anything else."""
        Page(self.world.client(), self.world, "quiz").open()
        found: Launch = self.world.act(lambda session: session.scalars(select(Launch)).one())
        return found


@pytest.fixture
def meeting(world: World) -> Meeting:
    """The person is about to be erased."""
    return Meeting(world)


def opening(meeting: Meeting) -> Callable[[Session], OpenedLaunch | LaunchRefusal]:
    admitted = meeting.admission()
    return lambda session: open_launch(session, admitted, "pc-1", meeting.settings, meeting.world.clock())


def submitting(meeting: Meeting) -> Callable[[Session], Any]:
    launch, given = meeting.launch(), {"q1": ["b"], "q2": ["b"]}
    return lambda session: answers.submit(session, launch, str(uuid.uuid4()), given, PUBLIC_URL, meeting.world.clock())


def saving(meeting: Meeting) -> Callable[[Session], Any]:
    launch = meeting.launch()
    return lambda session: state.save(session, launch, "{}", timedelta(), meeting.world.clock())


def beating(meeting: Meeting) -> Callable[[Session], Any]:
    launch = meeting.launch()
    ticket = Ticket(launch.id, launch.lease)
    return lambda session: presence.take_beat(session, ticket, BeatBody(launch.nonce, last=True), meeting.world.clock(), meeting.settings)


WORKS = [opening, submitting, saving, beating]


@pytest.mark.parametrize("prepare", WORKS)
def test_what_was_first_is_waited_for_and_erased(meeting: Meeting, prepare: Callable[[Meeting], Callable[[Session], Any]]) -> None:
    meeting.first(prepare(meeting))
    assert meeting.left() == {}


@pytest.mark.parametrize("prepare", WORKS)
def test_what_came_second_is_refused_in_plain_words(meeting: Meeting, prepare: Callable[[Meeting], Callable[[Session], Any]]) -> None:
    came = meeting.second(prepare(meeting))
    expected = {opening: LaunchRefusal.NOT_STUDYING, beating: BeatRefused.ENDED}.get(prepare)
    assert came == expected if expected else isinstance(came, NotSignedIn), came
    assert meeting.left() == {}


def test_a_page_that_stayed_open_is_told_that_its_launch_has_ended(meeting: Meeting) -> None:
    world = meeting.world
    page = Page(world.client(), world, "quiz").open()
    csrf = page.csrf()
    meeting.erase()
    body = {"id": str(uuid.uuid4()), "answers": {"q1": ["b"]}}
    assert (page.send("/learn/answers", body).status_code, page.send("/learn/state", {"body": {}}).status_code) == (401, 401)
    assert page.try_beat().status_code == 410
    assert page.ask_to_open(csrf).status_code in {302, 400, 401, 403}, "nobody is signed in"
    assert meeting.left() == {}


BROKEN = '{{"id":"{}","actor":{{"account":{{"homePage":"http://localhost","name":"{}"}}}},"verb":"?","name":"王秀兰"}}'


def importing(world: World) -> Callable[[Session], Any]:
    """Take a page with a statement of the person that breaks the rules, as a run of an import does."""
    now = world.clock()
    account = world.act(lambda session: session.get(Person, world.person_id).account)
    text = BROKEN.format(uuid.uuid4(), account).encode()
    world.act(
        lambda session: session.add(Import(endpoint="https://lrs.example", key="k", page_size=1, begun_at=now, touched_at=now, more=""))
    )

    def work(session: Session) -> None:
        own = session.scalars(select(Import).with_for_update()).one()
        assert take(session, own, Fetched([text]), ImportPolicy(IMPORT, PUBLIC_URL)).new == 0

    return work


def asides(world: World) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = world.act(lambda session: [(one.text, one.reason) for one in session.scalars(select(StatementSetAside))])
    return found


def test_what_an_import_has_just_put_aside_about_somebody_goes_with_them(meeting: Meeting) -> None:
    meeting.first(importing(meeting.world))
    assert asides(meeting.world) == []


def test_what_an_import_puts_aside_about_somebody_erased_is_nothing_but_an_id(meeting: Meeting) -> None:
    assert meeting.second(importing(meeting.world)) is None
    ((text, reason),) = asides(meeting.world)
    assert (len(text), reason) == (len('{"id":""}') + 36, "is about somebody who was erased here: nothing about them is stored any more")
