"""Which questions stay on one node if statements are spread over several by their actor? Tried with real databases.

    python -m tests.benchmarks.nodes [statements] [nodes]

Every node is a database of its own with the product's tables. The same statements are stored once in one database and once
spread over the nodes; then every kind of question is asked of both, and page after page must be the same. Only the nodes
that a question needs are asked. Then the rows that each node would have are counted for three ways of spreading.
"""

import heapq
import random
import sys
import uuid
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from tests.servers import Postgres, postgres
from xapi.rules.actor import key_of
from xapi.rules.auth import Credential
from xapi.rules.indexing import Key, Usage, iri_key, keys
from xapi.rules.query import Cursor, ResponseShape, StatementsQuery
from xapi.storage.finding import find_many
from xapi.storage.store import store_statements

START = datetime(2026, 1, 1, tzinfo=UTC)
SITE, VERBS = "https://nodes.example", ("experienced", "completed", "answered", "passed", "rated")
HOST = Credential("host", {"account": {"homePage": SITE, "name": "lms"}}, frozenset({"all"}))
COURSES, PAGE, PAGES = 40, 100, 3
MORE = 10  # times as many are counted as are stored
STEP = 1024  # sids of one node never meet another's
OFTEN, RARELY = 12, 1  # the first verb against the last


class Question(NamedTuple):
    """A kind of question; `actor` is whose node alone knows the answer, where there is one."""

    name: str
    keys: tuple[Key, ...]
    actor: uuid.UUID | None = None
    since: datetime | None = None


def drawn(count: int, chance: random.Random) -> Iterator[tuple[uuid.UUID, datetime, list[dict[str, Any]]]]:
    """Yield what one teacher does at a time, ten statements; some courses and verbs are far more frequent than others."""
    people = [str(uuid.UUID(int=chance.getrandbits(128))) for _ in range(max(count // 40, 1))]
    courses, weights = range(COURSES), [1 / (1 + number) for number in range(COURSES)]
    often = [OFTEN, 6, 3, 2, RARELY]
    for turn in range(count // 10):
        name = chance.choice(people)
        (course,) = chance.choices(courses, weights)
        actor = {"account": {"homePage": SITE, "name": name}}
        key = key_of(actor)
        assert key is not None
        around = {"registration": str(uuid.uuid5(uuid.UUID(name), str(course))), "contextActivities": {"grouping": [activity(course)]}}
        yield (
            key,
            START + timedelta(seconds=turn),
            [
                {"actor": actor, "verb": {"id": f"{SITE}/{verb}"}, "object": activity(course, chance.randrange(25)), "context": around}
                for verb in chance.choices(VERBS, often, k=10)
            ],
        )


def activity(course: int, part: int | None = None) -> dict[str, str]:
    """An activity of a course, or the course."""
    return {"id": f"{SITE}/courses/{course}" + ("" if part is None else f"/{part}")}


@dataclass(frozen=True)
class Cluster:
    """One database with everything, and nodes with a part each."""

    whole: Engine
    nodes: Sequence[Engine]

    def node_of(self, actor: uuid.UUID) -> int:
        """Return where a person's statements are."""
        return actor.int % len(self.nodes)

    def store(self, actor: uuid.UUID, at: datetime, statements: list[dict[str, Any]]) -> None:
        """Store the same once in the whole and once on the person's node."""
        named = [{**one, "id": str(uuid.uuid4())} for one in statements]
        for engine in (self.whole, self.nodes[self.node_of(actor)]):
            with Session(engine) as session, session.begin():
                store_statements(session, named, HOST, version="1.0.3", now=at)

    def ask(self, question: Question) -> tuple[int, int]:
        """Return how many nodes were asked, and for how many of their pages, to get what the whole has page after page."""
        nodes = list(self.nodes) if question.actor is None else [self.nodes[self.node_of(question.actor)]]
        with ExitStack() as held:
            whole, *parts = (held.enter_context(closing(_all_of(engine, question))) for engine in (self.whole, *nodes))
            expected = list(islice(whole, PAGE * PAGES))
            found = list(islice(heapq.merge(*parts, key=lambda one: one[0], reverse=True), PAGE * PAGES))
        if [text for _, text in found] != [text for _, text in expected]:
            raise AssertionError(f"{question.name}: the nodes together answer something else than one database")
        return len(nodes), len(expected)


def _all_of(engine: Engine, question: Question) -> Generator[tuple[datetime, str]]:
    """Yield the answer, a page at a time, as the store gives it."""
    after: Cursor | None = None
    with Session(engine) as session:
        while True:
            query = StatementsQuery(question.keys, question.since, None, PAGE, False, ResponseShape(), {}, after)
            texts, after = find_many(session, query, None, START + timedelta(days=365))
            for one in texts:
                yield _stored(one), one
            if after is None:
                return


def _stored(statement: str) -> datetime:
    return datetime.fromisoformat(statement.rpartition('"stored":"')[2][:26]).replace(tzinfo=UTC)


def questions(actor: uuid.UUID, registration: uuid.UUID) -> list[Question]:
    """Return every kind of question that `make bench` measures."""
    person = (actor, Usage.AGENT)
    often, rare = ((iri_key(f"{SITE}/{VERBS[number]}"), Usage.VERB) for number in (0, -1))
    course, part = (iri_key(activity(0)["id"]), Usage.ANY_ACTIVITY), (iri_key(activity(0, 3)["id"]), Usage.ACTIVITY)
    recent = START + timedelta(minutes=1)
    return [
        Question("actor", (person,), actor),
        Question("actor + verb", (person, often), actor),
        Question("actor + since", (person,), actor, recent),
        Question("registration of an actor", ((registration, Usage.REGISTRATION), person), actor),
        Question("registration alone", ((registration, Usage.REGISTRATION),)),
        Question("latest", ()),
        Question("since", (), since=recent),
        Question("verb", (often,)),
        Question("rare verb", (rare,)),
        Question("activity", (part,)),
        Question("course", (course,)),
        Question("course + verb", (course, rare)),
    ]


def spread(rows: Sequence[Mapping[str, Any]], nodes: int) -> dict[str, tuple[float, float]]:
    """Return, for each way of spreading, the fullest node's part against the mean, and on how many nodes one statement's rows lie."""
    found = {}
    for name in ("by actor", "by statement id", "by key"):
        full: Counter[int] = Counter()
        touched = 0
        for row in rows:
            each = [place.int % nodes for place in (row["keys"] if name == "by key" else [row[name]] * len(row["keys"]))]
            touched += len(set(each))
            full.update(each)
        found[name] = (max(full.values()) / (sum(full.values()) / nodes), touched / len(rows))
    return found


def _rows(count: int, chance: random.Random) -> list[dict[str, Any]]:
    return [
        {"by actor": actor, "by statement id": uuid.UUID(int=chance.getrandbits(128)), "keys": [key for key, _ in keys(one)]}
        for actor, _, statements in drawn(count, chance)
        for one in statements
    ]


@contextmanager
def _built(server: Postgres, nodes: int) -> Iterator[Cluster]:
    """Make the databases; each node numbers its statements in steps, so that no two of them ever have one number."""
    server.create_template()
    engines = [create_engine(server.create("lms_template")) for _ in range(nodes + 1)]
    for number, engine in enumerate(engines):
        with engine.begin() as connection:
            sequence = connection.execute(text("SELECT pg_get_serial_sequence('xapi_statement_id', 'sid')")).scalar_one()
            connection.execute(text(f"ALTER SEQUENCE {sequence} INCREMENT BY {STEP} RESTART WITH {number + 1}"))
    try:
        yield Cluster(engines[0], engines[1:])
    finally:
        for engine in engines:
            engine.dispose()


def simulate(count: int, nodes: int) -> Iterator[str]:
    """Yield the report's lines.

    Raises:
        AssertionError: the nodes together answer something else than one database.
    """
    chance = random.Random(7)
    with postgres() as server, _built(server, nodes) as cluster:
        for actor, at, statements in drawn(count, chance):
            cluster.store(actor, at, statements)
        one = statements[0]
        yield f"{count // 10 * 10:,} statements on {nodes} nodes; every answer of {PAGES} pages was the same as one database's"
        for question in questions(actor, uuid.UUID(one["context"]["registration"])):
            asked, found = cluster.ask(question)
            yield f"  {question.name:26} {asked:3} of {nodes} nodes   {found:4} statements"
        rows = _rows(MORE * count, chance)
        yield f"{len(rows):,} statements counted: the fullest node against the mean · nodes that one statement's rows lie on"
        for size in (nodes, 4 * nodes, 16 * nodes):
            parts = " | ".join(f"{name} {skew:5.2f} · {touched:4.1f}" for name, (skew, touched) in spread(rows, size).items())
            yield f"  {size:4} nodes: {parts}"


if __name__ == "__main__":
    given = [int(argument.replace(",", "")) for argument in sys.argv[1:]]
    for line in simulate(*(given + [20_000, 4][len(given) :])):
        print(line)
