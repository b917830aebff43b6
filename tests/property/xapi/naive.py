"""Find the statements that a query means: a slow reading of the specification, clause by clause, over a plain list.

Written from xAPI 1.0.3 Communication 2.1.3 and Data 2.3.2, 2.4.2 (2.0: 4.1.6.1, 4.2.2), without keys, hops or
SQL: every query is applied to every statement. It accepts only valid statements, with the ids and times that
the store under test gave them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = Mapping[str, Any]
VOIDED = "http://adlnet.gov/expapi/verbs/voided"


@dataclass
class Told:
    """A statement that was stored, in the order of storing."""

    statement: Json
    stored: datetime

    @property
    def id(self) -> str:
        """Its id in lowercase."""
        return str(self.statement["id"]).lower()

    @property
    def is_about(self) -> str | None:
        """The id in its StatementRef."""
        target = self.statement["object"]
        return str(target["id"]).lower() if target.get("objectType") == "StatementRef" else None


@dataclass
class Naive:
    """A list of statements."""

    told: list[Told] = field(default_factory=list)

    def ids(self, question: Json) -> list[str]:
        """Return the ids that a request for many statements must return, over all its pages."""
        found = [one for one in self.told if not self.is_voided(one) and _in_time(one, question) and self._matches(one, question)]
        return [one.id for one in (found if question.get("ascending") else reversed(found))]

    def is_voided(self, one: Told) -> bool:
        """A statement voids it, and it is not itself a voiding statement (Data 2.3.2)."""
        return not _voids(one) and any(_voids(other) and other.is_about == one.id for other in self.told)

    def _matches(self, one: Told, question: Json) -> bool:
        """It matches all filters, or a statement to which it refers does, over any number of hops (Communication 2.1.3)."""
        seen: list[str] = []
        here: Told | None = one
        while here is not None and here.id not in seen:
            if _has_all(here.statement, question):
                return True
            seen.append(here.id)
            here = next((other for other in self.told if other.id == here.is_about), None)
        return False


def _voids(one: Told) -> bool:
    return bool(one.statement["verb"]["id"] == VOIDED)


def _in_time(one: Told, question: Json) -> bool:
    since, until = question.get("since"), question.get("until")
    return (since is None or one.stored > datetime.fromisoformat(since)) and (until is None or one.stored <= datetime.fromisoformat(until))


def _has_all(statement: Json, question: Json) -> bool:
    wide_agents, wide_activities = question.get("related_agents", False), question.get("related_activities", False)
    people = list(_anybody(statement) if wide_agents else _actor_and_object(statement))
    activities = list(_any_activity(statement) if wide_activities else _object(statement))
    return (
        ("agent" not in question or any(_same(question["agent"], somebody) for whoever in people for somebody in _with_members(whoever)))
        and ("activity" not in question or question["activity"] in activities)
        and ("verb" not in question or statement["verb"]["id"] == question["verb"])
        and ("registration" not in question or _lower(statement.get("context", {}).get("registration")) == _lower(question["registration"]))
    )


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()


def _same(wanted: Json, somebody: Json) -> bool:
    """Both have the same inverse functional identifier; names and object types do not matter (Data 2.4.2.3)."""
    for name in ("mbox", "openid", "mbox_sha1sum"):
        if name in wanted:
            return (
                str(somebody.get(name, "")).lower() == wanted[name].lower()
                if name == "mbox_sha1sum"
                else somebody.get(name) == wanted[name]
            )
    return json.dumps(somebody.get("account"), sort_keys=True) == json.dumps(wanted["account"], sort_keys=True)


def _with_members(whoever: Json) -> Sequence[Json]:
    """A group matches by its own identifier and by each of its members."""
    return [whoever, *whoever.get("member", [])]


def _actor_and_object(statement: Json) -> Iterator[Json]:
    yield statement["actor"]
    if statement["object"].get("objectType") in ("Agent", "Group"):
        yield statement["object"]


def _anybody(statement: Json) -> Iterator[Json]:
    """related_agents: actor, object, authority, instructor, team, contextAgents, contextGroups, also in a SubStatement."""
    yield from _actor_and_object(statement)
    context = statement.get("context", {})
    yield from (whole for whole in (statement.get("authority"), context.get("instructor"), context.get("team")) if whole)
    yield from (one["agent"] for one in context.get("contextAgents", []))
    yield from (one["group"] for one in context.get("contextGroups", []))
    if statement["object"].get("objectType") == "SubStatement":
        yield from _anybody(statement["object"])


def _object(statement: Json) -> Iterator[str]:
    if statement["object"].get("objectType", "Activity") == "Activity":
        yield statement["object"]["id"]


def _any_activity(statement: Json) -> Iterator[str]:
    """related_activities: the object and the context activities, also in a SubStatement."""
    yield from _object(statement)
    for given in statement.get("context", {}).get("contextActivities", {}).values():
        yield from (one["id"] for one in (given if isinstance(given, list) else [given]))
    if statement["object"].get("objectType") == "SubStatement":
        yield from _any_activity(statement["object"])
