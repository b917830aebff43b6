"""A whole site for the browser: real pages, real content on its own host, a worker beside them, and faster time.

The server's clock runs `SPEED` times as fast as real time, so that minutes of learning take seconds. Beats come every
second and are expected within a minute and a half of the faster time.
"""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from courses.package import Package, open_package
from lms.accounts.models import ADMIN, OFFICE, TEACHER, TRAINER
from lms.accounts.people import add_organisation, add_person
from lms.app import create_app
from lms.catalogue.publish import publish
from lms.classes import setup
from lms.crediting.tasks import credit
from lms.db import transaction
from lms.jobs.tasks import work
from lms.learning.tasks import sweep
from lms.storage import storage
from tests import course_factories, factories
from tests.servers import free_port, web

SPEED = 30
PASSWORD = "a password for tests"
FILM = Path(__file__).parent / "data" / "six-seconds.webm"


class FastClock:
    """The wall's time, from the moment of its making `SPEED` times as fast."""

    def __init__(self) -> None:
        self.began = datetime.now(UTC)

    def __call__(self) -> datetime:
        """Return the site's time."""
        return self.began + (datetime.now(UTC) - self.began) * SPEED


@dataclass(frozen=True)
class Site:
    """A running site."""

    app: Flask
    address: str
    enrolment_id: int
    course_version_id: int

    def learn(self, activity: str) -> str:
        """Return the address of an activity's player page."""
        return f"{self.address}/learn/{self.enrolment_id}/{self.course_version_id}/{activity}"


@contextmanager
def running(database_url: str, folder: Path) -> Iterator[Site]:
    """Serve a site with a teacher, a trainer, an office and one course; everything stops at the end of the block."""
    with served(database_url, folder) as (app, address):
        site = Site(app, address, *_fill(app, folder))
        with working(app):
            yield site


@contextmanager
def served(database_url: str, folder: Path) -> Iterator[tuple[Flask, str]]:
    """Serve what is in a database, on a port of its own; everything stops at the end of the block."""
    port = free_port()
    address = f"http://localhost:{port}"
    changes = {
        "public_url": address,
        "content_url": f"http://127.0.0.1:{port}",
        "package_url": f"http://{{package}}.localhost:{port}",
        "beat_seconds": 1,
        "beat_grace_seconds": 3 * SPEED,
    }
    app = create_app(factories.settings_for(database_url, folder, **changes), clock=FastClock())
    try:
        with web(app, port):
            yield app, address
    finally:
        app.extensions["db"].dispose()


@contextmanager
def working(app: Flask) -> Iterator[None]:
    """Run a worker and its beat until the block ends. Fill the site first: on a busy machine they would wait too long for its lock."""
    stop = threading.Event()
    worker = threading.Thread(target=_work, args=(app, stop), daemon=True)
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join(10)


def _work(app: Flask, stop: threading.Event) -> None:
    while not stop.wait(0.2):
        work_once(app)


def work_once(app: Flask) -> None:
    """Do what the worker and the beat do."""
    with app.app_context():
        sweep.run()
        credit.run()
        work.run()


def _fill(app: Flask, folder: Path) -> tuple[int, int]:
    package = open_package(write_course(folder / "course"))
    assert isinstance(package, Package), package
    with app.app_context(), transaction() as session:
        provider = add_organisation(session, "p1", "示范培训机构", "provider")
        version = publish(session, storage(), package, None, app.extensions["clock"]())
        training_class = factories.add_class(session, "k1", provider, version)
        for username, name, *roles in (("teacher", "王秀兰", TEACHER), ("trainer", "周明", TRAINER), ("office", "李静", OFFICE, ADMIN)):
            person = add_person(session, username, name, tuple(roles), password=PASSWORD, organisation=provider)
            if TEACHER in roles:
                enrolment = setup.enrol(session, training_class, person, "primary", "in-training")
        return enrolment.id, version.id


def write_course(folder: Path) -> Path:
    """Write a small course: two pages to read, a film of six seconds, a quiz of two questions."""
    check = {"id": "c1", "question": "先做哪一件？", "options": ["讲道理", "听孩子说"], "answer": 1, "feedback": "先听。"}
    pages = [
        {"heading": "第一页", "body": "<p>先听，再说。</p>", "checks": [check]},
        {"heading": "第二页", "body": "<p>一页只讲一件事。</p>"},
    ]
    questions = [
        {"id": q, "type": "single", "text": f"问题{q}", "options": [{"id": "a", "text": f"{q}甲"}, {"id": "b", "text": f"{q}乙"}]}
        for q in ("q1", "q2")
    ]
    _h5p(folder, "reading", "TH.Reading", {"pages": pages})
    _h5p(folder, "quiz", "TH.Quiz", {"intro": "两道题。", "questions": questions})
    key = {
        "pass_percent": 100,
        "questions": {q: {"correct": ["b"], "feedback": {"zh": f"{q}选乙。", "en": f"{q}: b."}} for q in ("q1", "q2")},
    }
    _json(folder / "answers" / "quiz.json", key)
    (folder / "media").mkdir(parents=True)
    shutil.copy(FILM, folder / "media" / "film.webm")
    (folder / "media" / "film.zh.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:05.000\n字幕\n", encoding="utf-8")
    activities = {
        "reading": {"minutes": 2, "grading": "content", "requires": {"completed": True}},
        "film": {"minutes": 1, "format": "video", "entry": "media/film.webm", "media_seconds": 6, "requires": {"coverage": 0.9}},
        "quiz": {"minutes": 5, "grading": "server", "requires": {"passed": True}},
    }
    _json(folder / "course.json", course_factories.course_document("journey", activities))
    return folder


def _h5p(folder: Path, key: str, main: str, content: object) -> None:
    library = {"machineName": main, "majorVersion": 1, "minorVersion": 0}
    about = {"title": key, "language": "zh", "mainLibrary": main, "embedTypes": ["div"], "license": "U", "preloadedDependencies": [library]}
    _json(folder / "activities" / key / "h5p.json", about)
    _json(folder / "activities" / key / "content" / "content.json", content)


def _json(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
