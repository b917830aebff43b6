"""Texts with which a lifetime record explains itself."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.hours import LifetimeRule
from lms.hours.rounding import converted
from lms.i18n import pick, write_length
from lms.lifetime.models import APPROVED, PROPOSED, RETURNED, WITHDRAWN
from lms.lifetime.record import LifetimeRecord, ProgrammeShare
from lms.transcripts.words import state_of

STATES: Mapping[str, LazyString] = {  # of hours earned elsewhere
    PROPOSED: _l("Waits for approval"),
    APPROVED: _l("Approved"),
    RETURNED: _l("Returned"),
    WITHDRAWN: _l("Withdrawn as evidence"),
}


def rule_words(rule: LifetimeRule) -> list[str]:
    """Return how hours are counted, one sentence each."""
    said = [
        _(
            "Periods are of %(years)s years, from %(first)s on. %(target)s credit hours are required in each.",
            years=rule.years,
            first=rule.first_year,
            target=rule.target,
        ),
        _(
            "Measured time of all programmes is added up, second by second. 1 credit hour is %(minutes)s minutes here, even if a programme"
            " says otherwise; each number is converted once and rounded down once, to %(step)s.",
            minutes=rule.hour_minutes,
            step=f"{rule.round_to:f}",
        ),
        _("Time credited by two programmes at once counts once: for the programme entered first."),
        _same_words(rule),
        _("An hour belongs to the year in which it passed (%(zone)s); the earliest measured seconds count first.", zone=rule.time_zone),
    ]
    for kind in rule.kinds:
        if kind.measured == "days":
            said.append(
                _(
                    "%(kind)s: the time attended in sessions that count, at most %(hours)s credit hours for a day, and of one calendar day"
                    " in all classes together. Online study is not limited by the day.",
                    kind=pick(*kind.name),
                    hours=kind.hours_a_day,
                )
            )
    said.append(_("Months of practice, tasks and waived amounts are not hours, and count nothing here."))
    if rule.elsewhere_at_most is not None:
        said.append(_("Hours earned elsewhere are shown apart; at most %(most)s of them count in a period.", most=rule.elsewhere_at_most))
    return said


def _same_words(rule: LifetimeRule) -> str:
    if rule.same_activity == "once":
        return _(
            "The same activity of the same course counts once, even if several programmes credit it: as the one that credited most of it."
        )
    return _(
        "The same activity of the same course counts once in a period, even if several programmes credit it: as the one that credited"
        " most of it."
    )


def in_hours(seconds: int, rule: LifetimeRule) -> Decimal:
    """Return seconds as hours of this rule."""
    return converted(seconds, rule.hour_minutes, rule.round_to)


def class_words(share: ProgrammeShare) -> str:
    """Return the class of a programme's share and the person's state in it, such as completed or withdrawn."""
    standing = share.transcript.standing
    run = standing.training_class
    return _("%(name)s (%(code)s), %(state)s", name=run.name, code=run.code, state=state_of(standing.enrolment))


def left_out_words(share: ProgrammeShare, record: LifetimeRecord) -> str:
    """Return why credited time of a programme does not count in the record; empty where all of it counts."""
    names = {one.standing.enrolment.id: one.standing.training_class.name for one in record.transcripts}
    said = []
    if share.overlap:
        said.append(_("%(time)s passed at the same time in %(where)s", time=write_length(share.overlap), where=_named(share.beside, names)))
    if share.repeated:
        said.append(
            _("%(time)s of the same activities count in %(where)s", time=write_length(share.repeated), where=_named(share.instead, names))
        )
    if share.limited:
        said.append(_("%(time)s are beyond the most of a calendar day", time=write_length(share.limited)))
    return _("; ").join(said)


def _named(numbers: Sequence[int], names: dict[int, str]) -> str:
    return _(", ").join(names.get(one, str(one)) for one in numbers)
