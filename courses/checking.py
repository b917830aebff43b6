"""Check the activities of a course against its files. Units of one package are checked together, so that their package is read once."""

from collections.abc import Iterable, Sequence

from courses.formats import FORMATS
from courses.formats.format import CheckedActivity, Files
from courses.grading import ANSWERS
from courses.libraries import FindLibrary
from courses.strict_json.problem import Problem
from courses.values import Activity

CheckResult = CheckedActivity | list[Problem]


def check_activities(activities: Sequence[Activity], files: Files, find: FindLibrary) -> list[CheckResult]:
    """Return each activity with its served files, or its problems, in their order; `find` has the H5P libraries that they lack."""
    units: dict[str, list[Activity]] = {}
    for one in activities:
        if FORMATS[one.format].check_units is not None:
            units.setdefault(one.entry, []).append(one)
    of_unit = {key: outcome for group in units.values() for key, outcome in _of_units(group, files)}
    return [of_unit[one.key] if one.key in of_unit else _outcome(one, files, find) for one in activities]


def _of_units(units: Sequence[Activity], files: Files) -> Iterable[tuple[str, CheckResult]]:
    check = FORMATS[units[0].format].check_units
    found = check(units, files) if check else []
    return zip([one.key for one in units], found, strict=True)


def _outcome(activity: Activity, files: Files, find: FindLibrary) -> CheckResult:
    if activity.entry == ANSWERS[:-1] or activity.entry.startswith(ANSWERS):
        return [Problem("in-answer-keys", activity.entry)]
    return FORMATS[activity.format].check(activity, files, find)
