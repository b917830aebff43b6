"""Is an export of sixty people whole after its worker was killed ten times, each time at another step?"""

import random
import subprocess
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import TEACHER, Organisation
from lms.accounts.people import add_person
from lms.audit.recorded import RECORDED
from lms.certification import register_check
from lms.classes import setup
from lms.classes.models import TrainingClass
from lms.crediting.verify import verify
from lms.jobs.models import DONE, RUNNING
from tests.access import form_token
from tests.factories import PUBLIC_URL
from tests.integration.bulk.conftest import Bulk, index_of

ROOT = Path(__file__).parents[3]
PEOPLE, KILLS, SEED = 60, 10, 15
STEPS = 700  # of a worker, from which one is drawn: some three pieces
KILLED = 247  # −9 as a byte
# Kills itself at a step: a call or a return in the code that makes, stores and counts pieces, also of a function in C.
WORKER = """
import itertools, os, signal, sys
import lms.bulk.job, lms.bulk.pdf_pieces, lms.bulk.selection, lms.jobs.files, lms.jobs.queue, lms.jobs.tasks, lms.storage, lms.transcripts.in_parallel
from datetime import datetime
from pathlib import Path
from lms.app import create_app
from tests.factories import settings_for
url, folder, at, last = sys.argv[1:]
lms.bulk.selection.AT_ONCE, lms.jobs.tasks.TURN_SECONDS = 3, 600
steps = itertools.count(1)
watched = {
    module.__file__
    for module in (lms.bulk.job, lms.bulk.pdf_pieces, lms.jobs.files, lms.jobs.queue, lms.jobs.tasks, lms.storage, lms.transcripts.in_parallel)
}
def step(frame, *_):
    if frame.f_code.co_filename in watched and next(steps) == int(last):
        os.kill(os.getpid(), signal.SIGKILL)
app = create_app(settings_for(url, Path(folder)), clock=lambda: datetime.fromisoformat(at))
with app.app_context():
    sys.setprofile(step)
    lms.jobs.tasks.work.run()
"""


def enrol(bulk: Bulk) -> None:
    """Bring the class to sixty people."""
    missing = PEOPLE - len(bulk.everybody())

    def add(session: Session) -> None:
        school = session.scalars(select(Organisation).where(Organisation.code == "school1")).one()
        first = session.get_one(TrainingClass, bulk.world.class_id)
        for number in range(missing):
            person = add_person(session, f"1390000{number:04}", "李芳", (TEACHER,), password=None, organisation=school)
            setup.enrol(session, first, person, "primary", "in-training")

    bulk.world.act(add)


def run(bulk: Bulk, programs: Path, last: int) -> int:
    """Let a worker work in a process of its own until it is killed; return how it ended."""
    settings = bulk.world.app.extensions["settings"]
    words = (settings.database_url, str(settings.data_dir), bulk.world.clock().isoformat(), str(last))
    return subprocess.run([programs / "lms", "-c", WORKER, *words], cwd=ROOT, check=False).returncode


@pytest.mark.services
def test_ten_kills_at_any_step_leave_neither_gaps_nor_doubles(bulk: Bulk, clerk: FlaskClient, programs: Path) -> None:
    enrol(bulk)
    clerk.post("/office/bulk/", data={"csrf_token": form_token(clerk), "what": "both", "of": "area"})
    drawn = random.Random(SEED)
    made = []
    for _ in range(KILLS):
        assert run(bulk, programs, drawn.randint(1, STEPS)) == KILLED
        made.append(bulk.job().pieces)
        assert bulk.job().state == RUNNING
        bulk.world.clock.advance(180)  # the lease of the lost worker has ended
    assert made == sorted(made), "no finished piece is lost"
    bulk.finish()
    assert bulk.job().state == DONE, (made, bulk.job().message)
    archive, rows = bulk.result(), index_of(bulk.result())
    assert archive.testzip() is None
    files = [name for name in archive.namelist() if name.endswith(".pdf")]
    assert sorted(files) == sorted(str(row["学时证明"]) for row in rows)
    numbers = [int(name.rpartition("-")[2].removesuffix(".pdf")) for name in files]
    assert sorted(numbers) == bulk.everybody()
    assert len(numbers) == PEOPLE
    assert all(archive.read(name).startswith(b"%PDF") and archive.read(name).rstrip().endswith(b"%%EOF") for name in files)
    findings = bulk.world.act(
        lambda session: [
            *(one for batch in verify(session, public_url=PUBLIC_URL, removals=RECORDED) for one in batch.findings),
            *register_check.check(session, removals=RECORDED).findings,
        ]
    )
    assert findings == []
