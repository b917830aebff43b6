"""Random statements and queries. Few names, so that many match, in every place where a name may be.

The randomness is uniform (`Random`), unlike hypothesis', which prefers short values and leaves most places empty.
"""

from collections.abc import Callable
from random import Random
from typing import Any

Json = dict[str, Any]
Batches = list[tuple[str, list[Json]]]  # the version they are sent in, the statements

IDS = [f"{number:08x}-0000-4000-8000-00000000abcd" for number in range(8)]
NEVER_STORED = "ffffffff-0000-4000-8000-00000000abcd"
VERBS = ["http://v.example/read", "http://v.example/Read", "tag:v.example,2026:读"]
VOIDED = "http://adlnet.gov/expapi/verbs/voided"
ACTIVITIES = ["http://a.example/1", "http://a.example/1/", "https://a.example/1"]
REGISTRATIONS = ["5c6c8f0e-9d0a-4f67-9d43-5ef7f8d7a6b1", "5C6C8F0E-9D0A-4F67-9D43-5EF7F8D7A6B2"]
SHA1 = "0123456789abcdef0123456789abcdef01234567"
IDENTITIES: list[Json] = [
    {"mbox": "mailto:a@p.example"},
    {"openid": "mailto:a@p.example"},
    {"mbox_sha1sum": SHA1},
    {"mbox_sha1sum": SHA1.upper()},
    {"account": {"homePage": "http://p.example", "name": "a"}},
    {"account": {"homePage": "http://p.example/a", "name": ""}},
]


def _some(chance: Random, most: int, make: Callable[[Random], Json], least: int = 0) -> list[Json]:
    return [make(chance) for _ in range(chance.randint(least, most))]


def _agent(chance: Random) -> Json:
    return {**chance.choice(IDENTITIES), **chance.choice([{}, {"name": "A"}]), **chance.choice([{}, {"objectType": "Agent"}])}


def _group(chance: Random) -> Json:
    if chance.random() < 1 / 2:
        return {"objectType": "Group", "member": _some(chance, 2, _agent, 1)}
    return {"objectType": "Group", **chance.choice(IDENTITIES), "member": _some(chance, 2, _agent)}


def _anybody(chance: Random) -> Json:
    return _agent(chance) if chance.random() < 2 / 3 else _group(chance)


def _activity(chance: Random) -> Json:
    return {"id": chance.choice(ACTIVITIES), **chance.choice([{}, {"objectType": "Activity"}])}


def _reference(chance: Random) -> Json:
    return {"objectType": "StatementRef", "id": chance.choice([*IDS, NEVER_STORED])}


def _place(chance: Random) -> Any:
    return _activity(chance) if chance.random() < 1 / 2 else _some(chance, 2, _activity)


def _context(chance: Random, second: bool) -> Json:
    makers: dict[str, Callable[[Random], Any]] = {
        "registration": lambda chance: chance.choice(REGISTRATIONS),
        "instructor": _anybody,
        "team": _group,
        "contextActivities": lambda chance: {
            name: _place(chance) for name in chance.sample(["parent", "grouping", "category", "other"], 2)
        },
        "statement": _reference,
    }
    if second:
        makers |= {
            "contextAgents": lambda chance: [{"objectType": "contextAgent", "agent": one} for one in _some(chance, 2, _agent)],
            "contextGroups": lambda chance: [{"objectType": "contextGroup", "group": one} for one in _some(chance, 2, _group)],
        }
    return {name: make(chance) for name, make in makers.items() if chance.random() < 1 / 3}


def _object(chance: Random, second: bool, *, inside: bool = False) -> Json:
    kinds = [_activity, _activity, _group, lambda chance: {**_agent(chance), "objectType": "Agent"}]
    if chance.random() < 1 / 5 and not inside:
        core = {"objectType": "SubStatement", "actor": _anybody(chance), "verb": {"id": chance.choice(VERBS)}}
        return {**core, "object": _object(chance, second, inside=True), "context": _context(chance, second)}
    return _reference(chance) if chance.random() < 1 / 2 else chance.choice(kinds)(chance)


def _statement(chance: Random, identifier: str, second: bool) -> Json:
    if chance.random() < 1 / 6:
        return {"id": identifier, "actor": _agent(chance), "verb": {"id": VOIDED}, "object": _reference(chance)}
    core = {"id": identifier, "actor": _anybody(chance), "verb": {"id": chance.choice(VERBS)}}
    return {**core, "object": _object(chance, second), "context": _context(chance, second)}


def history(chance: Random) -> Batches:
    """Return some statements in any order, in batches of one to four; each statement once."""
    order = chance.sample(IDS, chance.randint(len(IDS) // 2, len(IDS)))
    batches = []
    while order:
        size, version = chance.randint(1, 4), chance.choice(["1.0.3", "2.0.0"])
        batches.append((version, [_statement(chance, identifier, version == "2.0.0") for identifier in order[:size]]))
        order = order[size:]
    return batches


def questions(chance: Random, moments: list[str], authority: Json) -> list[Json]:
    """Return a question for each name alone and for pairs of them, and some with several filters, times, orders and pages."""
    people = [*IDENTITIES, {"objectType": "Group", **chance.choice(IDENTITIES)}, authority]
    alone = [{"agent": one, "related_agents": wide} for one in people for wide in (False, True)]
    alone += [{"activity": one, "related_activities": wide} for one in ACTIVITIES for wide in (False, True)]
    alone += [{"verb": one} for one in (*VERBS, VOIDED)] + [{"registration": one.swapcase()} for one in REGISTRATIONS]
    alone += [{"since": one} for one in moments] + [{"until": one} for one in moments] + [{}]
    alone += [{"activity": activity, "verb": verb} for activity in ACTIVITIES for verb in VERBS]
    alone += [{"agent": chance.choice(people), "verb": verb} for verb in VERBS]
    makers: dict[str, Callable[[], Any]] = {
        "agent": lambda: chance.choice(people),
        "verb": lambda: chance.choice([*VERBS, VOIDED]),
        "activity": lambda: chance.choice(ACTIVITIES),
        "registration": lambda: chance.choice(REGISTRATIONS),
        "since": lambda: chance.choice(moments),
        "until": lambda: chance.choice(moments),
    }
    several = [{name: makers[name]() for name in chance.sample(list(makers), chance.randint(0, 3))} for _ in range(8)]
    wide = [{"related_agents": chance.random() < 1 / 2, "related_activities": chance.random() < 1 / 2, **one} for one in several]
    return [_in_pages(chance, one) for one in alone + wide]


def _in_pages(chance: Random, question: Json) -> Json:
    limit = {"limit": chance.randint(1, 4)} if chance.random() < 1 / 2 else {}
    return {**question, **limit, "ascending": chance.random() < 1 / 2}
