"""How long does each kind of query take among 200,000 statements, and among ten times as many? (2,000,000 with `--millions`)

Every query asks for a page of 100, for other people, courses and times than the one before. history.py makes the
statements; PostgreSQL's execution plans are written beside the chart.
"""

import hashlib
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from sqlalchemy import text

from tests.benchmarks import history, picture, wire
from tests.benchmarks.bench_statements import VERSION, key_for
from tests.benchmarks.history import COURSES, HOME, PEOPLE, SITE, VERB, VERBS
from tests.benchmarks.measuring import Subject, Turn, compare
from tests.benchmarks.places import TALKS, Places, Site
from xapi.rules.query import StatementsQuery, parse_query
from xapi.storage.finding import PLAN_FOR_THESE_KEYS, SLACK, question

AIM = "150 a second, p95 < 150 ms"
LAST = datetime.now(UTC) - timedelta(minutes=1)
ROWS_AT_ONCE = 200_000


def _agent(number: int) -> str:
    return json.dumps({"account": {"homePage": HOME, "name": f"teacher-{number * 13 % PEOPLE}"}})


def _registration(number: int) -> str:
    """Return the registration of statement `number`, which history.py gave it."""
    whose = f"registration{number * 7919 % PEOPLE}-{number * 104729 % COURSES}"
    return str(uuid.UUID(hashlib.md5(whose.encode(), usedforsecurity=False).hexdigest()))


def _days_ago(days: int) -> str:
    return (LAST - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


KINDS: dict[str, Callable[[int], dict[str, str]]] = {
    "latest": lambda _: {},
    "actor": lambda number: {"agent": _agent(number)},
    "verb": lambda number: {"verb": f"{VERB}{number % (VERBS - 1)}"},
    "rare verb": lambda _: {"verb": f"{VERB}{VERBS - 1}"},
    "since": lambda number: {"since": _days_ago(number % 80)},
    "since, ascending": lambda number: {"since": _days_ago(number % 80), "ascending": "true"},
    "actor + verb": lambda number: {"agent": _agent(number), "verb": f"{VERB}{number % (VERBS - 1)}"},
    "actor + since": lambda number: {"agent": _agent(number), "since": _days_ago(30)},
    "activity": lambda number: {"activity": f"{SITE}{number % COURSES}/{number * 15485863 % history.ACTIVITIES}"},
    "course": lambda number: {"activity": f"{SITE}{number % COURSES}", "related_activities": "true"},
    "course + verb": lambda number: {**KINDS["course"](number), **KINDS["verb"](number)},
    "course + rare verb": lambda number: {**KINDS["course"](number), **KINDS["rare verb"](number)},
    "registration": lambda number: {"registration": _registration(number)},
}


def main(places: Places) -> None:
    """Measure on PostgreSQL at every size; draw how the time of a query grows."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in KINDS}
    for size in places.effort.statements:
        site, floor = filled(places, size), places.floor("postgresql")
        headers = {"Authorization": key_for(site), **VERSION}
        empty = Subject("empty", floor.measure(lambda headers=headers: [_empty(headers) for _ in range(TALKS)]))
        print(f"{size:,} statements")
        turns = compare([empty, *(_subject(site, headers, name) for name in KINDS)], places.effort)
        for name in KINDS:
            found[name].append((size, _spent(turns[name])))
        print(f"plans: {_plans(site, size)}")
    if len(places.effort.statements) > 1:
        where = picture.draw("queries", "A page of 100, by number of statements", ("statements", "ms of CPU, server and database"), found)
        print(f"picture: {where}")


def _spent(turns: list[Turn]) -> float:
    """Return the CPU milliseconds of a query: the server's plus the database's."""
    each = sorted((one.cpu + (one.database_cpu or 0)) / one.items * 1000 for one in turns)
    return each[len(each) // 2]


def filled(places: Places, size: int) -> Site:
    """Return an installation with this many statements."""
    site = places.archive(size)
    with site.database.writing() as connection:
        before = connection.scalar(text("SELECT max(sid) FROM xapi_statement_id")) or 0
        if before >= size:
            return site
        last = before + size
        for start in range(before + 1, last + 1, ROWS_AT_ONCE):
            history.fill(connection, start, min(start + ROWS_AT_ONCE - 1, last), LAST, last)
    with site.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))  # autovacuum would have done this in three months
    return site


def _subject(site: Site, headers: dict[str, str], name: str) -> Subject:
    return Subject(name, site.served.measure(lambda: [_ask(name, headers, start) for start in range(TALKS)]), ("empty",), AIM)


def _empty(headers: dict[str, str]) -> wire.Talk:
    while True:
        yield wire.request("GET", "/empty", headers)


def _ask(name: str, headers: dict[str, str], start: int) -> wire.Talk:
    """Send queries without end; repeat one only after all others were used."""
    number = start
    while True:
        reply = yield wire.request("GET", "/xapi/statements?" + urlencode({"limit": "100", **KINDS[name](number)}), headers)
        if b'"statements":[' not in reply.body:
            raise RuntimeError(f"these are not statements: {reply.body[:500]!r}")
        number += TALKS


def _plans(site: Site, size: int) -> str:
    """Write down PostgreSQL's plan for one query of each kind."""
    parts = []
    for name, asked in KINDS.items():
        query = parse_query({"limit": "100", **asked(77)})
        if not isinstance(query, StatementsQuery):
            raise TypeError(query)
        parts.append(f"── {name} ──\n" + "\n".join(_plan(site, query)))
    picture.FOLDER.mkdir(parents=True, exist_ok=True)
    path = picture.FOLDER / f"plans-{size}.txt"
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return str(path)


def _plan(site: Site, query: StatementsQuery) -> list[str]:
    asked, told = question(query, None, datetime.now(UTC), query.limit + 1 + SLACK)
    with site.database.reader() as session:
        connection = session.connection()
        if len(query.keys) > 1:
            connection.exec_driver_sql(PLAN_FOR_THESE_KEYS)
        return list(connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {asked.sql}", told).scalars())
