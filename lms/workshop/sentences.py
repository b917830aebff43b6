"""The sentences of the problems of a draft that course packages do not have."""

from collections.abc import Mapping

from courses.strict_json.problem import N_

SENTENCES: Mapping[str, str] = {
    "stands-alone": N_("is a %(format)s package, which is a course of its own: upload it under Courses instead of adding it here"),
    "several-activities": N_("holds %(count)s activities, and only a file with one activity can replace another: add it as new activities"),
}
