"""Would a report of the content meet a condition of its activity? Asks crediting itself, with a statement as the player sends it. Pure."""

from collections.abc import Mapping
from typing import Any

from courses.outline import Activity
from lms import vocabulary as v
from lms.crediting.observe import ActivityRule, Ignored, Trust, observe

SEEN_AT = "2026-01-01T00:00:00.000Z"  # any instant: what is proved does not depend on it
CONDITIONS = frozenset({"completed", "passed"})


def conditions_met(statement: Mapping[str, Any], course: str, activity: Activity, public_url: str, *, move_on: str = "") -> list[str]:
    """Return which conditions (`completed`, `passed`) a statement of the content meets; none if it proves nothing.

    `move_on`: the moveOn of a unit of cmi5.

    Raises:
        ValueError: the statement has a part of another form than the standard's, so the store would refuse it.
    """
    iri = v.activity_iri(public_url, course, activity.key)
    ours = {"authority": v.actor_of(public_url, "player"), "timestamp": SEEN_AT, "stored": SEEN_AT}
    try:
        context = {**(statement.get("context") or {}), "extensions": {v.LAUNCH: "preview", v.OPENED: SEEN_AT, v.MOVE_ON: move_on}}
        whole = {**statement, **ours, "context": context}
        found = observe(whole, ActivityRule(f"{course}:{activity.key}", iri, activity.grading == "server"), Trust(public_url))
    except (KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise ValueError(str(error)) from error
    return [] if isinstance(found, Ignored) else sorted({one.kind for one in found} & CONDITIONS)
