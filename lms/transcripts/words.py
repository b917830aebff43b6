"""Texts with which a transcript explains itself."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lms.attendance.models import ABSENT, EXCUSED, LATE, LEFT, PRESENT
from lms.classes.models import Enrolment
from lms.crediting.ignored import Claimed
from lms.crediting.models import Observation
from lms.crediting.standing import Standing
from lms.hours import ActivityExplanation, Claim, GateCondition, LimitedDay, Policy, Uncounted
from lms.i18n import gettext as _
from lms.i18n import write_day, write_length, write_position, write_time


def policy_words(policy: Policy, standing: Standing) -> list[str]:
    """Return the rules of conversion, one sentence each; and within which days time counts, where not all of it does."""
    words = [
        _(
            "1 credit hour is %(minutes)s minutes; the total is rounded down once, to %(step)s credit hours.",
            minutes=policy.hour_minutes,
            step=f"{policy.round_to:f}",
        ),
        _("Only time in which the server saw the learner present is credited. Each second is credited once, even with several pages open."),
        _(
            "An activity earns at most what it is worth; media at most what was really played, no faster than %(rate)s times.",
            rate=policy.max_rate,
        ),
    ]
    words.append(_("Fast playback is measured by the real time it takes: a film of ten minutes at double speed is five minutes."))
    if policy.daily_limit_minutes is None:
        words.append(_("There is no daily limit."))
    else:
        words.append(_("At most %(minutes)s minutes a day (%(zone)s).", minutes=policy.daily_limit_minutes, zone=policy.time_zone))
    if policy.holds:
        words.append(_("Time with one of these flags is credited only after a review: %(flags)s.", flags=flag_words(sorted(policy.holds))))
    return [*words, *_window_words(standing.enrolment)]


def _window_words(enrolment: Enrolment) -> list[str]:
    since, until = enrolment.window_from, enrolment.window_to
    if since is not None and until is not None:
        return [_("Only time from %(since)s until %(until)s counts.", since=write_time(since), until=write_time(until))]
    if until is not None:
        return [_("Only time until %(until)s counts.", until=write_time(until))]
    return [_("Only time from %(since)s on counts.", since=write_time(since))] if since is not None else []


def condition_words(condition: GateCondition) -> str:
    """Return a condition of a gate, and how far it is met."""
    if condition.name == "completed":
        return _("Complete the activity")
    if condition.name == "passed":
        return _("Pass the quiz")
    return _("Play %(asked)s of it: %(have)s played", asked=_percent(condition.asked), have=_percent(condition.have))


def _percent(share: Decimal | None) -> str:
    return f"{(share or Decimal(0)) * 100:.0f} %"


def cap_words(why: ActivityExplanation) -> str:
    """Return the source of the activity's cap."""
    if why.cap_basis == "gate":
        return _("nothing yet, because a condition is not met")
    if why.cap_basis == "covered":
        return _("%(time)s, the part you played", time=write_length(why.account.cap_seconds))
    return _("%(time)s, what the activity is worth", time=write_length(why.account.cap_seconds))


def uncounted_words(uncounted: Uncounted) -> str:
    """Return the reason why measured seconds earned nothing."""
    return {
        "held": _("held for review; somebody looks at it and decides"),
        "refused": _("a reviewer decided that it does not count"),
        "gate": _("the activity's condition is not met yet"),
        "cap": _("the activity has earned all it can"),
        "shared": _("another activity was open at the same time and got these seconds"),
        "limit": _("the day had reached its limit"),
    }[uncounted.reason]


FLAGS: Mapping[str, LazyString] = {
    "rate": _l("a segment was played too fast"),
    "claim": _l("a claim is longer than its session"),
    "devices": _l("two devices at once"),
    "clash": _l("online while attending a session"),
    "regular": _l("activities opened at intervals as regular as a machine’s"),
}


HOLDS: Mapping[str, LazyString] = {
    "open": _l("held for review"),
    "released": _l("reviewed, it counts"),
    "refused": _l("reviewed, it does not count"),
    "partly": _l("reviewed, a part of it does not count"),
}


def flag_words(flags: Iterable[str]) -> str:
    """Return kinds of flags, in words."""
    return _(", ").join(str(FLAGS.get(one, one)) for one in flags)


def claim_words(claim: Claim) -> str:
    """Return the result of a provider's claim."""
    said = _(
        "claimed %(time)s, credited %(credited)s", time=write_length(claim.reported.seconds), credited=write_length(claim.counted_seconds)
    )
    problem = {"too long": _("longer than the session"), "not trusted": _("this provider is not trusted by the programme"), None: ""}[
        claim.problem
    ]
    return f"{said}{_(': ')}{problem}" if problem else said


def ignored_words(claimed: Claimed) -> str:
    """Return the reason why a claim earned nothing."""
    reason = {
        "provider": _("said by a provider that the programme does not trust"),
        "launch": _("reported by a provider, but the activity had not been opened"),
        "presence": _("only the server can measure presence"),
        "duration": _("time claimed by a page earns nothing; only measured presence does"),
        "many": _("more was sent for this activity than is accepted"),
        "result": _("this activity is passed only when the server has graded it"),
        "checks": _("this activity is completed only when every question in it was answered right, which the server judges"),
    }[claimed.why]
    what = _("a claim of %(time)s", time=write_length(claimed.seconds)) if claimed.seconds else _("a claim")
    return f"{what}{_(': ')}{reason}"


def limited_words(limited: LimitedDay) -> str:
    """Return the effect of a daily limit."""
    return _(
        "%(day)s: %(had)s could have been credited, the limit is %(limit)s",
        day=write_day(limited.day),
        had=write_length(limited.seconds),
        limit=write_length(limited.limit_seconds),
    )


def observation_words(observation: Observation) -> str:
    """Return the content of one piece of evidence."""
    if observation.kind == "present":
        return _("present %(time)s", time=write_length(observation.at - (observation.since or observation.at)))
    if observation.kind == "played":
        start, end = ((at or 0) // 1000 for at in (observation.media_from_ms, observation.media_to_ms))
        return _("played %(start)s–%(end)s", start=write_position(start), end=write_position(end))
    if observation.kind == "reported":
        return _("a provider reported %(time)s", time=write_length(observation.seconds or 0))
    plain = {"completed": _("completed"), "passed": _("passed"), "released": _("released by a reviewer")}
    if observation.kind == "refused":
        part = observation.seconds
        return _("%(time)s refused by a reviewer", time=write_length(part)) if part else _("refused by a reviewer")
    return plain.get(observation.kind, observation.kind)


def instant_words(seconds: int) -> str:
    """Write an instant (seconds since 1970) in the site's time zone."""
    return write_time(datetime.fromtimestamp(seconds, UTC), seconds=True)


def device_words(device: str) -> str:
    """Return the type of a device."""
    kind = device.partition("-")[0]
    return {"pc": _("computer"), "phone": _("phone"), "tablet": _("tablet")}.get(kind, "–")


ATTENDED: Mapping[str, LazyString] = {
    PRESENT: _l("Present"),
    LATE: _l("Late"),
    LEFT: _l("Left early"),
    ABSENT: _l("Absent"),
    EXCUSED: _l("Excused"),
}

STATES: Mapping[str, LazyString] = {  # of an enrolment, in their order
    "nominated": _l("Nominated"),
    "confirmed": _l("Confirmed"),
    "reported-in": _l("Reported in"),
    "in-training": _l("In training"),
    "completed": _l("Completed training"),
    "not-completed": _l("Not completed"),
    "withdrawn": _l("Withdrawn"),
    "dismissed": _l("Dismissed"),
    "absent": _l("Never came"),
}


def rules_words(programme: Mapping[str, Any]) -> str:
    """Return the version of the rules in an evidence bundle's `about`, as 'rural-lead 2020 · version 1'."""
    version = _("version %(n)s", n=programme["version"])
    return f"{programme['code']} {programme['year']} · {version}"


def state_of(enrolment: Enrolment) -> str:
    """Return the state of an enrolment, in words."""
    return str(STATES.get(enrolment.status, enrolment.status))
