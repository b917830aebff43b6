"""How fast are transcripts made in bulk, beside typst alone (signed: typst and pyHanko) on the same cores? And a roster of 70,000 rows?

The floors write the same contents with the same template in as many threads, without reading, deciding, packing or storing anything;
each time as of another moment, as the product does, because typst remembers what it has typeset. The people are the demo's class:
real courses, real evidence, a real ledger. On a busy machine compare CPU rather than rates, and run it again: nothing here ends with an error.
"""

import gc
import io
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import count, repeat
from typing import Any

from flask_babel import force_locale
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from lms.bulk import job, pdf_pieces, selection
from lms.classes.models import Enrolment
from lms.clock import now
from lms.db import database
from lms.hours.instants import write_instant
from lms.jobs.kinds import JobOrder
from lms.signing.key import DEFAULT_FILE
from lms.signing.self_signed import write_self_signed
from lms.signing.site_key import signer
from lms.transcripts import pdf
from lms.transcripts.in_parallel import threads
from lms.transcripts.transcript import read_many
from lms.web.spreadsheet import Book
from tests.benchmarks.measuring import Subject, Turn, compare, cpu_ms, here, print_table, rate
from tests.benchmarks.places import Places, peak_of, reset_peak

PEOPLE = 70_000
PLAIN, SIGNED = "plain", "signed"
AIMS = {PLAIN: 0.80, SIGNED: 0.60}  # shares of the floor's rate
FEW, MANY = 2, 10  # pieces
ROW = ("王秀兰", "013800000000", "柳河镇中心学校", "=1+1", "初中", "培训中", "在线教学能力提升 k1 班")
ROSTER_S = 20


def main(places: Places) -> None:
    """Measure on PostgreSQL; the process is this one."""
    site = places.site("postgresql")
    key, piece = site.settings.data_dir / DEFAULT_FILE, min(selection.AT_ONCE, places.effort.people // 10)
    gc.collect()  # this process has also filled the database; the rest of its heap stays in the collector's sight, as a worker's does
    with site.app.app_context(), force_locale("zh_Hans_CN"), ThreadPoolExecutor(threads()) as pool:
        with database().reader() as session:
            wanted = select(Enrolment.id).where(Enrolment.id < site.seeded.first_enrolment, Enrolment.ledger_length > 0)
            ids = session.scalars(wanted.order_by(Enrolment.class_id, Enrolment.id).limit(piece)).all()
        turns = compare(_subjects(PLAIN, ids, pool), places.effort)
        try:
            write_self_signed(key, "bench", now())
            turns |= compare(_subjects(SIGNED, ids, pool), places.effort)
        finally:
            key.unlink(missing_ok=True)
        _judge(turns)
        _memory(piece)
        _roster(places.effort.people)


def _subjects(how: str, ids: Sequence[int], pool: ThreadPoolExecutor) -> list[Subject]:
    key, sign = signer()
    with database().reader() as session:
        made = [(one.issued_at, pdf.content_of(one, key)) for one in read_many(session, ids, now())]

    as_of = count(int(now().timestamp()))

    def floor_of_all() -> None:
        moment = write_instant(next(as_of))
        list(pool.map(written, [(at, _at(content, moment)) for at, content in made]))

    def written(one: tuple[datetime, dict[str, Any]]) -> bytes:
        return sign(pdf.write_pdf(pdf.TEMPLATE, one[1], one[0]), pdf.REASON)

    floor = _floor(how)
    return [
        Subject(floor, here(floor_of_all, len(ids))),
        Subject(
            how,
            here(lambda: pdf_pieces.write_piece(pdf_pieces.TRANSCRIPTS, ids, now(), io.BytesIO()), len(ids)),
            (floor,),
            f"{AIMS[how]:.0%}",
        ),
    ]


def _floor(how: str) -> str:
    return f"typst alone, {how}"


def _at(content: dict[str, Any], moment: str) -> dict[str, Any]:
    """Return a transcript's texts as of another moment."""
    bundle, as_of, *rest = content["proof"]["items"]
    return content | {
        "about": [*content["about"][:-1], [content["about"][-1][0], moment]],
        "proof": content["proof"] | {"items": [bundle, [as_of[0], moment], *rest]},
    }


def _judge(turns: dict[str, list[Turn]]) -> None:
    """Print each rate and each CPU time as a share of the floor's, mark those below the aim, and say how long everybody takes."""
    rows = []
    for how, aim in AIMS.items():
        pairs = list(zip(turns[how], turns[_floor(how)], strict=True))
        by_rate = statistics.median(rate(own) / rate(alone) for own, alone in pairs)
        by_cpu = statistics.median(cpu_ms(alone) / cpu_ms(own) for own, alone in pairs)
        minutes = PEOPLE / statistics.median(map(rate, turns[how])) / 60
        rows.append((how, _marked(by_rate, aim), _marked(by_cpu, aim), f"{aim:.0%}", f"{minutes:.0f}"))
    print_table(("", "rate beside typst alone", "by CPU", "aim", f"minutes for {PEOPLE:,}"), rows)
    print(f"load average {os.getloadavg()[0]:.1f} on {threads()} cores")


def _marked(share: float, aim: float) -> str:
    return f"{share:.0%}" if share >= aim else f"below the aim: {share:.0%}"


def _memory(piece: int) -> None:
    """Make an export of a few pieces and one of many, and print how high memory went: it must not grow with the number of people."""
    with database().reader() as session:
        everybody = session.scalars(select(Enrolment.id).order_by(Enrolment.id).limit(MANY * piece)).all()
    order = JobOrder({"what": pdf_pieces.TRANSCRIPTS, "whose": "bench", "locale": "zh_Hans_CN"}, now())
    rows = []
    for pieces in (FEW, MANY):
        reset_peak(os.getpid())
        with tempfile.TemporaryFile() as out:
            some = everybody[: pieces * piece]
            job.join(order, (job.make(order, some[start : start + piece]) for start in range(0, len(some), piece)), out)
        rows.append((f"{len(some):,} people", f"{peak_of(os.getpid()) / 1e6:.0f}"))
    print_table(("one export", "peak MB"), rows)


def _roster(people: int) -> None:
    """Write a roster as a spreadsheet, to a file, row by row, and open it again."""
    rows, started = min(people, PEOPLE), time.perf_counter()
    with tempfile.TemporaryFile() as out:
        book = Book(now(), "", out)
        book.sheet("名单", ("姓名", "用户名", "学校", "备注", "学段", "状态", "班级"), repeat(ROW, rows))
        book.close()
        seconds, size = time.perf_counter() - started, out.tell()
        out.seek(0)
        read = CalamineWorkbook.from_filelike(out).get_sheet_by_index(0).to_python()
    if (len(read), read[-1][1], read[-1][3]) != (rows + 1, ROW[1], f"'{ROW[3]}"):
        raise ValueError("the roster was not read as it was written")
    mark = f"{ROSTER_S} s" if seconds < ROSTER_S else f"below the aim of {ROSTER_S} s"
    print_table(("XLSX", "s", "MB", "aim"), [(f"{rows:,} rows", f"{seconds:.1f}", f"{size / 1e6:.1f}", mark)])
