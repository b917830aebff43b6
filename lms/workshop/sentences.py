"""The sentences of the problems of a draft that course packages do not have."""

from collections.abc import Mapping

from courses.strict_json.problem import N_

SENTENCES: Mapping[str, str] = {
    "code-taken": N_("is the code of another course: choose another one; %(free)s is free"),
    "content-lost": N_("is not in the file store of this site any more: choose the file of this activity again"),
    "unit-not-inside": N_("has no unit with the id of this activity: choose a newer version of the same package"),
    "several-activities": N_(
        "contains several activities (%(count)s), and only a file with one activity can replace another: add it as new activities"
    ),
}
