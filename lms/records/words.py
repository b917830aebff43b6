"""Describe a statement in words: who did what with which activity, and its result."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms import vocabulary as v
from lms.crediting.verdict import Verdict
from lms.i18n import write_length
from lms.records.marks import Mark
from lms.records.naming import in_our_language
from lms.records.people import KnownPerson, Statement

VERBS: Mapping[str, Any] = {
    v.PRESENT: _l("was present"),
    v.COMPLETED: _l("completed"),
    v.PASSED: _l("passed"),
    v.FAILED: _l("failed"),
    v.ANSWERED: _l("answered"),
    v.ATTEMPTED: _l("began"),
    v.INITIALIZED: _l("opened"),
    v.INTERACTED: _l("worked on"),
    v.PROGRESSED: _l("went on in"),
    v.EXPERIENCED: _l("looked at"),
    v.PLAYED: _l("played"),
    v.PAUSED: _l("paused"),
    v.SEEKED: _l("sought a place in"),
    v.TERMINATED: _l("ended"),
    v.VOIDED: _l("voided"),
    v.ATTENDED: _l("attended"),
    v.TASK_ACCEPTED: _l("had a task accepted"),
    v.LOG_ACCEPTED: _l("had a log accepted"),
    v.REVIEWED: _l("had hours reviewed in"),
    v.WAIVED: _l("was spared a part of"),
}
SENDERS: Mapping[str, Any] = {"lms": _l("this site, as the server measured it"), "player": _l("content in this site's player")}
REASONS: Mapping[str, Any] = {
    "waiting": _l("Waits to be processed. That usually takes seconds."),
    "parked": _l("Could not be processed and was set aside. An office can have it tried again."),
    "void": _l("Is void: it earns nothing, and what it had earned was taken back by a correction."),
    "voiding": _l("Makes another statement void."),
    "no-registration": _l("Earns nothing: it does not say for which enrolment it counts (no registration)."),
    "unknown-registration": _l("Earns nothing: its registration is nobody's here."),
    "other-person": _l("Earns nothing: it is about somebody else than the person whose registration it names."),
    "no-activity": _l("Earns nothing: it is not about an activity of the course."),
    "untrusted-authority": _l("Earns nothing: its sender is not a provider that the programme trusts."),
    "presence-from-client": _l("Earns nothing: only the server can measure presence."),
    "part-of-activity": _l("Earns nothing on its own: it is about a part of an activity."),
    "not-evidence": _l("Earns nothing: it says nothing that hours rest on."),
    "no-stretch": _l("Earns nothing: it does not say from when to when somebody was present."),
    "no-whole-second": _l("Earns nothing: it is shorter than a second."),
    "no-duration": _l("Earns nothing: it reports no length of time."),
    "no-launch": _l("Earns nothing: it reports time, but the activity had not been opened."),
    "beyond": _l(
        "Earns nothing: more was sent for this activity than is accepted. Of each kind, the first 2,000 pieces of an opening are."
    ),
    "too-long": _l("Earns nothing: its list of played segments is longer than any player sends."),
    "not-kept": _l("Would be evidence now, but was not when it was processed: the rules have changed since."),
    "evidence": _l("Is evidence. The transcript tells how much was credited for it."),
}
# error types that mean that the statement cannot be understood, and those that mean that it contradicts stored data
UNREADABLE = frozenset(
    {"ValueError", "TypeError", "KeyError", "IndexError", "AttributeError", "DataError", "OverflowError", "ArithmeticError"}
    | {"InvalidOperation", "ZeroDivisionError"}
)
UNFITTING = frozenset({"IntegrityError", "NotFound", "NoResultFound"})
# mark → words, tone and icon of its pill
MARKS: Mapping[str, tuple[Any, str, str]] = {
    "waiting": (_l("waits"), "info", "waiting"),
    "parked": (_l("set aside"), "err", "error"),
    "void": (_l("void"), "err", "error"),
    "voiding": (_l("makes another void"), "neutral", "info"),
    "part": (_l("credited in part"), "info", "info"),
    "evidence": (_l("evidence"), "neutral", "done"),
    "nothing": (_l("earned nothing"), "neutral", "info"),
}


def mark_words(mark: Mark) -> tuple[str, str, str]:
    """Return the words of a statement's mark in a list, with the tone and the icon of its pill."""
    if mark.kind == "earned":
        return _("%(time)s credited", time=write_length(mark.seconds)), "ok", "done"
    said, tone, icon = MARKS[mark.kind]
    return str(said), tone, icon


def failure_words(error: str) -> str:
    """Describe the kind of error of a statement that was set aside, in plain words."""
    kind = error.partition(":")[0]
    if kind in UNREADABLE:
        return _("Something in the statement cannot be understood.")
    if kind in UNFITTING:
        return _("The statement does not fit what is stored here.")
    return _("The program met an error of its own.")


# a part of the reason why a statement of another store is refused → plain words
REFUSALS: Mapping[str, Any] = {
    "has no id": _l("It has no id, so it could not be known again."),
    "needs a fileUrl": _l("The data of its attachment did not come with it."),
    "was erased here": _l("It is about a person who was permanently erased here."),
    "is stored with another body": _l("Another statement with this id is here already."),
    "two that differ have one id": _l("Another statement with this id is here already."),
    "are stored for imports": _l("There is no room for it: the limit for imports from this host is reached."),
    "could not be saved unchanged": _l("It has characters that cannot be kept here as they came. Let the import read it again."),
}


def refusal_words(reason: str) -> str:
    """Return the reason why a statement of another store is refused, in plain words."""
    found = next((said for mark, said in REFUSALS.items() if mark in reason), None)
    return str(found or _("It is not as xAPI asks for."))


def verdict_words(verdict: Verdict) -> str:
    """Return the result of a statement, in words."""
    return str(REASONS[verdict.reason])


def people_words(people: Iterable[KnownPerson], statement: Statement) -> str:
    """Return the people of a statement: known people by name, others by what the statement calls them."""
    known = _(", ").join(one.name for one in people)
    return known or str(statement["actor"].get("name") or "") or _("Nobody we know")


def verb_words(statement: Statement) -> str:
    """Return the verb, in our words or in the statement's own."""
    verb = statement["verb"]
    if verb["id"] in VERBS:
        return str(VERBS[verb["id"]])
    if verb["id"] in v.CONSUMED:
        return _("went through")
    return in_our_language(verb.get("display")) or verb["id"].rstrip("/").rpartition("/")[2]


def object_words(statement: Statement, titles: Mapping[str, str]) -> str:
    """Return the object in words."""
    target = statement["object"]
    kind = target.get("objectType", "Activity")
    if kind == "StatementRef":
        return _("a statement")
    if kind == "SubStatement":
        return _("%(verb)s – %(object)s", verb=verb_words(target), object=object_words(target, titles))
    if kind in {"Agent", "Group"}:
        return str(target.get("name") or _("somebody"))
    own = in_our_language(target.get("definition", {}).get("name"))
    return titles.get(target["id"]) or own or target["id"].rstrip("/").rpartition("/")[2]


def sender_words(statement: Statement, public_url: str) -> str:
    """Return the authority under which a statement was stored, in words."""
    authority = statement["authority"]
    account = authority.get("account", {})
    if account.get("homePage") == public_url and account.get("name") in SENDERS:
        return str(SENDERS[account["name"]])
    return str(authority.get("name") or account.get("name") or authority.get("mbox") or _("a group"))


def line_words(people: Iterable[KnownPerson], statement: Statement, titles: Mapping[str, str]) -> str:
    """Return a statement on one line."""
    return _(
        "%(who)s · %(verb)s · %(what)s",
        who=people_words(people, statement),
        verb=verb_words(statement),
        what=object_words(statement, titles),
    )
