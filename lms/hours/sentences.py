"""The sentences of the problems of an evidence bundle."""

from collections.abc import Mapping

from courses.strict_json.problem import N_
from courses.strict_json.sentences import SENTENCES as JSON_SENTENCES

SENTENCES: Mapping[str, str] = {
    **JSON_SENTENCES,
    "after": N_("lies after '%(other)s'"),
    "all-of-no-courses": N_("demands all compulsory courses, and there are none"),
    "amount-text": N_('must be a decimal text above 0, such as "7.5", with at most nine digits on each side'),
    "as-of-missing": N_("is missing: it says up to when months have passed"),
    "date": N_("must be a date, such as 2026-03-15"),
    "day-too-long": N_("comes to more than 24 hours, with hours of %(minutes)s minutes"),
    "decimal-text": N_('must be a decimal text from "0.001" to "1000", such as "0.1"'),
    "enrolment-number": N_("must be the number of an enrolment, at most 1000 of them"),
    "evidence-erased": N_("the evidence was erased on purpose: these hours can be verified in the ledger, but not recomputed"),
    "hours-or-days": N_("needs either hours or days"),
    "instant": N_("must be an instant with its zone, such as 2026-03-01T10:00:00Z"),
    "kind-twice": N_("the kind %(key)s is there already: give each kind a key of its own"),
    "kinds-exceed-total": N_("is less than the kinds come to (%(kinds)s): raise it, or lower the kinds"),
    "log-dated-twice": N_("the log %(log)s is dated %(date)s as well"),
    "measured-twice": N_("another kind has the measured time of %(measured)s already: leave it out of one of the two"),
    "name-missing": N_("must not be empty: write the name as it is to be shown"),
    "needs-hours-a-day": N_("needs hours_a_day: the most hours that one attended day counts"),
    "needs-media-seconds": N_("needs media_seconds"),
    "not-among": N_("%(name)s is not among the %(names)s"),
    "not-before": N_("does not lie before '%(other)s'"),
    "other-kind-of-requirement": N_("%(name)s is a requirement of %(kind)s, not of %(kinds)s"),
    "other-person": N_("is another person than the record names"),
    "overlaps-session": N_("overlaps the session %(other)s"),
    "part-of-a-unit": N_("%(amount)s is not a whole number of %(units)s"),
    "rule-changed": N_("is not the SHA-256 of the rule in this record: it was changed"),
    "sha256": N_("must be 64 lowercase hexadecimal digits"),
    "share-text": N_('must be a decimal text above 0 and at most 1, such as "0.8"'),
    "stands-for-a-session": N_("%(name)s replaces a session and may not have %(keys)s"),
    "statement-id": N_("must be a statement's id"),
    "taken-by-replacement": N_("%(name)s belongs to the replacement %(other)s already"),
    "time-zone": N_("must be a time zone's name, such as Asia/Shanghai"),
    "waiver-twice": N_("%(id)s waives something else as well"),
    "years-exceed-total": N_("comes to %(years)s in the whole period, which is more than total.target"),
}
