"""The filter of a forward: any of its verbs, and any of its activities, and any of its people."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from lms.errors import FieldProblem, InvalidInput
from xapi.errors import BadRequest
from xapi.queries import AnyOf, StatementFilter
from xapi.statements import Usage, actor, iri, iri_key, key_of, parse_json

MOST_VALUES = 100


@dataclass(frozen=True, slots=True)
class Filter:
    """The conditions on a statement, or on the statement to which it refers. An empty list sets no condition.

    `activities` match a statement's object and its context (a course is the parent of its activities);
    `agents`, as JSON, match its actor, or its object if that is a person.
    """

    verbs: Sequence[str] = ()
    activities: Sequence[str] = ()
    agents: Sequence[str] = ()

    @property
    def stored(self) -> dict[str, list[str]]:
        """Return the stored form."""
        return {name: list(values) for name, values in asdict(self).items()}

    def statement_filter(self, until: datetime | None = None) -> StatementFilter:
        """Return the query for statements stored before `until`; conditions that match few statements come first."""
        wanted = (
            AnyOf(Usage.AGENT, [key for text in self.agents if (key := key_of(json.loads(text)))]),
            AnyOf(Usage.ANY_ACTIVITY, [iri_key(one) for one in self.activities]),
            AnyOf(Usage.VERB, [iri_key(one) for one in self.verbs]),
        )
        return StatementFilter([one for one in wanted if one.keys], until=until)


def filter_of(stored: Mapping[str, Sequence[str]]) -> Filter:
    """Read a filter from its stored form."""
    return Filter(**{name: tuple(values) for name, values in stored.items()})


def parse_filter(verbs: Sequence[str], activities: Sequence[str], agents: Sequence[str]) -> Filter:
    """Check a filter.

    Raises:
        InvalidInput: with one line for each invalid value.
    """
    problems = []
    for name, values in (("verb", verbs), ("activity", activities), ("agent", agents)):
        if len(values) > MOST_VALUES:
            problems.append(FieldProblem(name, f"at most {MOST_VALUES} values"))
        for value in values:
            try:
                _agent(value, name) if name == "agent" else iri(value, name)
            except BadRequest as error:
                problems.append(FieldProblem("", f"{error} ({value[:80]!r})"))
    if problems:
        raise InvalidInput("\n".join(problems), problems)
    return Filter(tuple(verbs), tuple(activities), tuple(agents))


def _agent(text: str, name: str) -> None:
    agent = parse_json(text, name)
    actor(agent, name)
    if key_of(agent) is None:
        raise BadRequest("must be an Agent or an identified Group, as JSON", name)
