"""Explain what a statement earned as evidence, and why not more, in the words of the transcript."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from lms.crediting.chain import Entry
from lms.crediting.models import Observation
from lms.errors import NotFound
from lms.hours import Played
from lms.hours.intervals import clip, length, union
from lms.i18n import write_length
from lms.transcripts.lines import TranscriptLine
from lms.transcripts.transcript import Transcript, evidence_of, read
from lms.transcripts.words import claim_words, condition_words, limited_words, observation_words, uncounted_words

TIMES = ("present", "reported")
SHOWN = 50  # pieces of one statement


@dataclass(frozen=True, slots=True)
class Counted:
    """The credit for the evidence; `line` is the activity in whose transcript line it counts, `entries` its ledger entries."""

    title: str
    tone: str
    reasons: Sequence[str]
    line: str | None = None
    entries: Sequence[Entry] = ()


def counted(session: Session, kept: Sequence[Observation], now: datetime) -> Counted:
    """Return the credit for the evidence from one statement, according to the current ledger and evidence."""
    enrolment_id, activity = kept[0].enrolment_id, kept[0].activity
    transcript = read(session, enrolment_id, now)
    try:
        line = transcript.line(activity)
    except NotFound:
        return Counted(_("Earned nothing"), "warn", [_("The class does not study this activity.")])
    number = str(kept[0].statement_id)
    entries = [entry for entry, _digest in transcript.entries if entry.account == activity and number in entry.evidence]
    if kept[0].kind in TIMES:
        title, tone = _time_title(transcript, line, kept[0])
        others = [one for one in evidence_of(session, enrolment_id, activity) if one.statement_id != kept[0].statement_id]
        return Counted(title, tone, list(_time_words(transcript, line, kept[0], others)), activity, entries)
    return Counted(_("Is evidence, and not time itself"), "info", list(_gate_words(line, kept)), activity, entries)


def interval_of(one: Observation) -> tuple[int, int]:
    """Return the interval of one piece of evidence of time."""
    since = one.since or 0
    return (since, one.at) if one.kind == "present" else (max(one.at - (one.seconds or 0), since), one.at)


def _time_title(transcript: Transcript, line: TranscriptLine, one: Observation) -> tuple[str, str]:
    inside = length(clip(union([interval_of(one)]), *transcript.case.window))
    measured, credited = line.account.measured_seconds, line.credited_seconds
    if line.is_behind:
        return _("New evidence is being credited"), "info"
    if not inside or not credited:
        return _("Earned nothing"), "warn"
    return (_("Credited in full"), "ok") if credited >= measured else (_("Not all time of this activity was credited"), "warn")


def _time_words(transcript: Transcript, line: TranscriptLine, one: Observation, others: Sequence[Observation]) -> Iterator[str]:
    own = union([interval_of(one)])
    inside = clip(own, *transcript.case.window)
    yield observation_words(one)
    if outside := length(own) - length(inside):
        yield f"{write_length(outside)}{_(': ')}{_('outside the period of the enrolment')}"
    beside = clip(union(interval_of(other) for other in others if other.kind in TIMES and not other.voided), *transcript.case.window)
    if twice := length(inside) + length(beside) - length(union([*inside, *beside])):
        yield f"{write_length(twice)}{_(': ')}{_('measured more than once (two pages or devices); credited once')}"
    for claim in line.why.claims:
        if (claim.reported.session, claim.reported.at) == (one.session, one.at):
            yield claim_words(claim)
    account = line.account
    params = {"credited": write_length(line.credited_seconds), "measured": write_length(account.measured_seconds)}
    yield _("Of the whole activity %(credited)s of %(measured)s measured are credited.", **params)
    for uncounted in line.why.uncounted:
        yield f"{write_length(uncounted.seconds)}{_(': ')}{uncounted_words(uncounted)}"
        if uncounted.reason == "gate":
            yield from (condition_words(condition) for condition in line.why.conditions if not condition.met)
        if uncounted.reason == "limit":
            yield from map(limited_words, transcript.explanation.limited_days)


def _was_too_fast(refused: Sequence[Played], kept: Sequence[Observation]) -> bool:
    """Say whether some of these segments were refused; if one was played too fast, only a part of it may be refused."""
    said = union((one.media_from_ms or 0, one.media_to_ms or 0) for one in kept)
    here = union((one.start_ms, one.end_ms) for one in refused if (one.session, one.at) == (kept[0].session, kept[0].at))
    return length(said) + length(here) > length(union([*said, *here]))


def _gate_words(line: TranscriptLine, kept: Sequence[Observation]) -> Iterator[str]:
    yield _(", ").join(observation_words(one) for one in kept[:SHOWN]) + (_(" …") if len(kept) > SHOWN else "")
    if _was_too_fast(line.why.refused, kept):
        yield _("Played too fast to be credited.")
    if not line.why.conditions:
        yield _("The activity has no condition that this could open.")
    for condition in line.why.conditions:
        yield f"{condition_words(condition)}{_(': ')}{_('condition met') if condition.met else _('condition not met')}"
