"""Which statements does a forward carry? Those of any of its verbs, and of any of its activities, and of any of its people."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from lms.errors import InvalidInput
from xapi.errors import BadRequest
from xapi.queries import AnyOf, StatementFilter
from xapi.statements import Usage, actor, iri, iri_key, key_of, parse_json

MOST_VALUES = 100


@dataclass(frozen=True, slots=True)
class Filter:
    """What must hold of a statement, or of the one that it is about: an empty list demands nothing.

    `activities` are met by a statement's object and by its context (a course is the parent of its activities);
    `agents`, as JSON, by its actor, or by its object where that is a person.
    """

    verbs: Sequence[str] = ()
    activities: Sequence[str] = ()
    agents: Sequence[str] = ()

    @property
    def stored(self) -> dict[str, list[str]]:
        """As it is kept."""
        return {name: list(values) for name, values in asdict(self).items()}

    def look(self, until: datetime | None = None) -> StatementFilter:
        """Return what to look for, stored before `until`; what few statements have comes first."""
        wanted = (
            AnyOf(Usage.AGENT, [key for text in self.agents if (key := key_of(json.loads(text)))]),
            AnyOf(Usage.ANY_ACTIVITY, [iri_key(one) for one in self.activities]),
            AnyOf(Usage.VERB, [iri_key(one) for one in self.verbs]),
        )
        return StatementFilter([one for one in wanted if one.keys], until=until)


def filter_of(stored: Mapping[str, Sequence[str]]) -> Filter:
    """Read a filter as it is kept."""
    return Filter(**{name: tuple(values) for name, values in stored.items()})


def parse_filter(verbs: Sequence[str], activities: Sequence[str], agents: Sequence[str]) -> Filter:
    """Check a filter.

    Raises:
        InvalidInput: one line for each value that is none.
    """
    problems = []
    for name, values in (("verb", verbs), ("activity", activities), ("agent", agents)):
        if len(values) > MOST_VALUES:
            problems.append(f"{name}: at most {MOST_VALUES} of them")
        for value in values:
            try:
                _agent(value, name) if name == "agent" else iri(value, name)
            except BadRequest as error:
                problems.append(f"{error} ({value[:80]!r})")
    if problems:
        raise InvalidInput("\n".join(problems), problems)
    return Filter(tuple(verbs), tuple(activities), tuple(agents))


def _agent(text: str, name: str) -> None:
    whoever = parse_json(text, name)
    actor(whoever, name)
    if key_of(whoever) is None:
        raise BadRequest("must be an Agent or an identified Group, as JSON", name)
