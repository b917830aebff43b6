"""The sentences of the problems of a programme document."""

from collections.abc import Mapping

from courses.strict_json.problem import N_
from lms.hours.sentences import SENTENCES as BUNDLE_SENTENCES

SENTENCES: Mapping[str, str] = {
    **BUNDLE_SENTENCES,
    "at-most-one": N_('must be at most "1"'),
    "day": N_("must be a day, such as 2020-09-25"),
    "empty": N_("must not be empty"),
    "key-twice": N_("%(key)s is there already"),
    "key-twice-for-track": N_("%(key)s is there already for track %(track)s"),
    "no-such-phase": N_("there is no phase %(phase)s"),
    "no-such-track": N_("there is no track %(track)s"),
    "not-toml": N_("is not TOML: %(why)s"),
    "nothing-required": N_("nothing is required of track %(track)s"),
    "one-deadline": N_("needs either on or days_before_opening"),
    "other-sum": N_("days, hours and rates come to %(expected)s"),
    "phase-with-other-number": N_("phase %(phase)s says %(printed)s in %(kind)s"),
    "phase-without-number": N_("phase %(phase)s has no number in %(kind)s"),
}
