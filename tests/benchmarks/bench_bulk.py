"""How fast are transcripts made in bulk, beside typst alone (signed: typst and pyHanko) on the same cores? And a roster of 70,000 rows?

The floors write the same contents with the same template in as many threads, without reading, deciding, packing or storing anything.
The people are the demo's class: real courses, real evidence, a real ledger.
"""

import io
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import repeat
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select

from lms.bulk import documents
from lms.classes.models import Enrolment
from lms.clock import now
from lms.db import database
from lms.signing.key import DEFAULT_FILE
from lms.signing.self_signed import write_self_signed
from lms.signing.site_key import signer
from lms.transcripts import pdf
from lms.transcripts.in_parallel import threads
from lms.transcripts.transcript import read_many
from lms.web.spreadsheet import Book
from tests.benchmarks.measuring import Subject, Turn, compare, here, print_table, rate
from tests.benchmarks.places import Places

PEOPLE = 70_000
PLAIN, SIGNED = "plain", "signed"
AIMS = {PLAIN: 0.80, SIGNED: 0.60}  # shares of the floor's rate
IN_A_PIECE = 50
ROW = ("王秀兰", "013800000000", "柳河镇中心学校", "=1+1", "初中", "培训中", "在线教学能力提升 k1 班")
ROSTER_S = 20


def main(places: Places) -> None:
    """Measure on PostgreSQL; the process is this one. A whole measurement that misses an aim ends with an error."""
    site = places.site("postgresql")
    key = site.settings.data_dir / DEFAULT_FILE
    with site.app.app_context(), force_locale("zh_Hans_CN"), ThreadPoolExecutor(threads()) as pool:
        with database().reader() as session:
            wanted = select(Enrolment.id).where(Enrolment.id < site.seeded.first_enrolment, Enrolment.ledger_length > 0)
            ids = session.scalars(wanted.order_by(Enrolment.class_id, Enrolment.id).limit(IN_A_PIECE)).all()
        turns = compare(_subjects(PLAIN, ids, pool), places.effort)
        try:
            write_self_signed(key, "bench", now())
            turns |= compare(_subjects(SIGNED, ids, pool), places.effort)
        finally:
            key.unlink(missing_ok=True)
        missed = [*_judged(turns), *_roster(places.effort.people)]
    if missed and places.effort.turns > 1:
        sys.exit("; ".join(missed))


def _subjects(how: str, ids: Sequence[int], pool: ThreadPoolExecutor) -> list[Subject]:
    key, sign = signer()
    with database().reader() as session:
        made = [(one.issued_at, pdf.content_of(one, key)) for one in read_many(session, ids, now())]

    def written(one: tuple[datetime, dict[str, Any]]) -> bytes:
        return sign(pdf.write_pdf(pdf.TEMPLATE, one[1], one[0]), pdf.REASON)

    floor = _floor(how)
    return [
        Subject(floor, here(lambda: list(pool.map(written, made)), len(ids))),
        Subject(
            how,
            here(lambda: documents.write_piece(documents.TRANSCRIPTS, ids, now(), io.BytesIO()), len(ids)),
            (floor,),
            f"{AIMS[how]:.0%}",
        ),
    ]


def _floor(how: str) -> str:
    return f"typst alone, {how}"


def _judged(turns: dict[str, list[Turn]]) -> list[str]:
    """Print how long everybody takes, and return the aims that were missed."""
    missed, rows = [], []
    for how, aim in AIMS.items():
        share = statistics.median(rate(own) / rate(alone) for own, alone in zip(turns[how], turns[_floor(how)], strict=True))
        rows.append((how, f"{share:.0%}", f"{PEOPLE / statistics.median(map(rate, turns[how])) / 60:.0f}"))
        missed += [] if share >= aim else [f"{how}: {share:.0%} of {_floor(how)}, and {aim:.0%} is asked"]
    print_table(("", "of typst alone", f"minutes for {PEOPLE:,}"), rows)
    return missed


def _roster(people: int) -> list[str]:
    """Write a roster as a spreadsheet, to a file, row by row."""
    rows, started = min(people, PEOPLE), time.perf_counter()
    with tempfile.TemporaryFile() as out:
        book = Book(now(), "", out)
        book.sheet("名单", ("姓名", "用户名", "学校", "备注", "学段", "状态", "班级"), repeat(ROW, rows))
        book.close()
        size = out.tell()
    seconds = time.perf_counter() - started
    print_table(("XLSX", "s", "MB", "aim"), [(f"{rows:,} rows", f"{seconds:.1f}", f"{size / 1e6:.1f}", f"{ROSTER_S} s")])
    return [] if seconds < ROSTER_S else [f"the roster took {seconds:.0f} s"]
