"""May a unit's statement be stored? The rules of cmi5 9 and 10 for what a unit sends. Pure.

A statement comes as the unit sent it, before the server completes anything. The numbers are those of the specification.
"""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from lms.learning.runtimes.cmi5 import vocabulary as c

Statement = Mapping[str, Any]
Json = Mapping[str, Any]

LANGUAGES = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,8}(?:\s?,\s?[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,8}){0,30}")
LONGEST_LANGUAGES = 1000
NOTHING: Json = {}


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """All that the rules ask about a session and its unit. `verbs` were stated in this session, `results` in the registration."""

    activity: str
    registration: str
    template: Json
    mode: str = c.NORMAL
    mastery_score: float | None = None
    data_read: bool = True
    preferences_read: bool = True
    ended: bool = False
    verbs: Set[str] = field(default_factory=frozenset)
    results: Set[str] = field(default_factory=frozenset)

    def after(self, statement: Statement) -> "SessionFacts":
        """Return the facts after an admitted statement."""
        verb = verb_of(statement)
        if not is_defined(statement):
            return self
        results = self.results | ({verb} & {c.COMPLETED, c.PASSED})
        return replace(self, verbs=self.verbs | {verb}, results=results, ended=verb == c.TERMINATED)


def refusal(statement: Statement, facts: SessionFacts) -> str | None:
    """Return why a statement of a unit is refused, or None."""
    if facts.ended:
        return "the session of this unit has ended (9.3.8, 9.3.6)"
    checks = (_form(statement), _context(statement, facts), _order(statement, facts))
    wrong = next((one for one in checks if one), None)
    if wrong is None and is_defined(statement):
        wrong = _defined(statement, facts)
    elif wrong is None:
        wrong = _allowed(statement, facts)
    return wrong


def is_defined(statement: Statement) -> bool:
    """Say whether this is a "cmi5 defined" statement (7.1.3): its context has the category of cmi5."""
    return c.CMI5 in _categories(statement)


def verb_of(statement: Statement) -> str:
    """Return the verb of a checked statement."""
    return str(statement["verb"]["id"])


def preferences_problem(content: object) -> str | None:
    """Return why a document may not become the learner's preferences, or None (11)."""
    if not isinstance(content, Mapping):
        return "must be a JSON object (11)"
    languages, audio = content.get("languagePreference"), content.get("audioPreference")
    if not isinstance(languages, str) or len(languages) > LONGEST_LANGUAGES or not LANGUAGES.fullmatch(languages.strip()):
        return "languagePreference must be a list of language tags, separated by commas (11.1)"
    return None if audio in {"on", "off"} else "audioPreference must be on or off (11.2)"


def _form(statement: Statement) -> str | None:
    if "id" not in statement:
        return "needs an id of its own (9.1)"
    at = statement.get("timestamp")
    if not isinstance(at, str):
        return "needs a timestamp (9.7)"
    if not at.upper().endswith(("Z", "+00:00", "+0000", "+00")):
        return "needs a timestamp in UTC (9.7)"
    actor = statement.get("actor", NOTHING)
    if actor.get("objectType", "Agent") != "Agent" or "account" not in actor:
        return "needs the actor of the launch: an Agent with an account (9.2)"
    if verb_of(statement) == c.VOIDED:
        return "a unit may not void statements (6.3)"
    score = _result(statement).get("score", NOTHING)
    return "a raw score needs min and max (9.5.1)" if "raw" in score and not {"min", "max"} <= score.keys() else None


def _context(statement: Statement, facts: SessionFacts) -> str | None:
    """Hold a statement's context against the template of the launch (9.6, 10.2.1)."""
    context = statement.get("context", NOTHING)
    if str(context.get("registration", "")).lower() != facts.registration:
        return "needs the registration of the launch in its context (9.6.1)"
    extensions = context.get("extensions", NOTHING)
    for name, value in facts.template.get("extensions", NOTHING).items():
        if extensions.get(name) != value:
            return f"needs the context extension {name} of the launch (9.6.3, 10.2.1)"
    activities = context.get("contextActivities", NOTHING)
    for usage, wanted in facts.template.get("contextActivities", NOTHING).items():
        if not {one["id"] for one in wanted} <= _ids(activities.get(usage)):
            return f"needs the context activities of the launch under {usage} (9.6.2, 10.2.1)"
    return None


def _order(statement: Statement, facts: SessionFacts) -> str | None:
    """Hold a statement against the course of a session (7.1, 9.3)."""
    first = is_defined(statement) and verb_of(statement) == c.INITIALIZED
    if not first:
        return None if c.INITIALIZED in facts.verbs else "“initialized” must be the first statement of a session (9.3.2)"
    if not (facts.data_read and facts.preferences_read):
        return f"read {c.LAUNCH_DATA} and {c.PREFERENCES} before “initialized” (10, 11)"
    return None


def _allowed(statement: Statement, facts: SessionFacts) -> str | None:
    """Check a statement with which cmi5 has no business, so that it does not look like one of cmi5's."""
    if c.MOVE_ON in _categories(statement):
        return "only statements of cmi5 with a result may have the moveOn category (9.6.2.2)"
    if verb_of(statement) in c.OF_UNITS | c.OF_LMS and statement["object"].get("id") == facts.activity:
        return "a verb of cmi5 about the unit itself needs the cmi5 category (9.6.2.1)"
    return None


def _defined(statement: Statement, facts: SessionFacts) -> str | None:
    verb = verb_of(statement)
    target = statement["object"]
    if target.get("objectType", "Activity") != "Activity" or target.get("id") != facts.activity:
        return "must be about the activity of the launch (8.1.5, 9.4)"
    if verb not in c.OF_UNITS:
        return "a unit may not state this verb of cmi5 (9.3)"
    return _repeated(verb, facts) or _result_problem(verb, statement, facts)


def _repeated(verb: str, facts: SessionFacts) -> str | None:
    """Refuse what may be stated once in a session or a registration, and results where none may be recorded (9.3, 10.2.2)."""
    if verb in c.RESULTS and facts.mode != c.NORMAL:
        return f"no results are recorded in the launch mode {facts.mode} (10.2.2)"
    if verb in facts.verbs or verb in facts.results:
        return "was stated already (9.3)"
    if verb == c.FAILED and c.PASSED in facts.results:
        return "“failed” may not follow “passed” (9.3)"
    if verb in {c.PASSED, c.FAILED} and facts.verbs & {c.PASSED, c.FAILED}:
        return "a session has one “passed” or “failed” (9.3)"
    return None


def _result_problem(verb: str, statement: Statement, facts: SessionFacts) -> str | None:
    """Check the result of a statement of cmi5 (9.5), and the category that says so (9.6.2.2)."""
    result = _result(statement)
    wanted = {c.PASSED: {"success": True}, c.FAILED: {"success": False}, c.COMPLETED: {"completion": True}}.get(verb, {})
    said = {name: result[name] for name in ("success", "completion") if name in result}
    if said != wanted:
        return f"needs the result {dict(wanted)} and no other success or completion (9.5.2, 9.5.3)"
    if verb in {c.TERMINATED, *c.RESULTS} and "duration" not in result:
        return "needs a duration in its result (9.5.4)"
    if bool(said) is not (c.MOVE_ON in _categories(statement)):
        return "needs the moveOn category exactly if it has success or completion (9.6.2.2)"
    return _score_problem(verb, statement, facts)


def _score_problem(verb: str, statement: Statement, facts: SessionFacts) -> str | None:
    score, mastery = _result(statement).get("score"), facts.mastery_score
    if score is None:
        return None
    if verb not in {c.PASSED, c.FAILED}:
        return "only “passed” and “failed” have a score (9.5.1)"
    if mastery is None:
        return None
    if statement["context"].get("extensions", NOTHING).get(c.MASTERY_SCORE) != mastery:
        return "needs the masteryScore of the launch in its context (9.6.3.2)"
    scaled = score.get("scaled")
    if scaled is not None and (Decimal(str(scaled)) >= Decimal(str(mastery))) is not (verb == c.PASSED):
        return "“passed” needs a scaled score of at least the masteryScore, “failed” one below it (9.3.4, 9.3.5)"
    return None


def _result(statement: Statement) -> Json:
    found: Json = statement.get("result", NOTHING)
    return found


def _categories(statement: Statement) -> set[str]:
    activities = statement.get("context", NOTHING).get("contextActivities", NOTHING)
    return _ids(activities.get("category"))


def _ids(value: Any) -> set[str]:
    """Return the ids of context activities: one, or several in a list."""
    several = [value] if isinstance(value, Mapping) else value or []
    return {str(one.get("id")) for one in several}
