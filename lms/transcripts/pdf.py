"""Write a transcript as PDF, with typst and our own Chinese fonts: the same on every machine."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from lms.classes.models import LEFT
from lms.hours import Policy
from lms.i18n import gettext as _
from lms.i18n import is_chinese, one_language, pick, unit_after, write_credit, write_hours, write_length
from lms.printing.qr_code import verification
from lms.printing.typesetting import logo_values, write_pdf
from lms.programmes.progress import RequirementProgress
from lms.signing.signature_words import signature_words
from lms.signing.site_key import SiteKey, demand, signed
from lms.transcripts.evidence_counts import evidence_counts
from lms.transcripts.identity import identity_rows, verification_page
from lms.transcripts.lines import Chapter, TranscriptLine
from lms.transcripts.transcript import Transcript
from lms.transcripts.words import policy_words, rules_words, state_of

TEMPLATE = Path(__file__).parent / "transcript.typ"
REASON = "Training transcript"  # in its signature


@dataclass(frozen=True, slots=True)
class PdfDocument:
    """All that `write_pdf` needs for one document."""

    template: Path
    content: dict[str, Any]
    issued_at: datetime


def of_transcript(transcript: Transcript) -> bytes:
    """Return the transcript as PDF, signed if this site signs its documents.

    Raises:
        Conflict: the signing key cannot sign; nothing was issued.
    """
    content = content_of(transcript, demand())
    return signed(write_pdf(TEMPLATE, content, transcript.issued_at), REASON)


@one_language()
def content_of(transcript: Transcript, site: SiteKey) -> dict[str, Any]:
    """Return all printed texts: the template only arranges them. `site` has the key that will sign them."""
    person = transcript.standing.enrolment.person
    minutes, held = transcript.case.policy.hour_minutes, transcript.decision.result.held_seconds
    return {
        "language": "zh" if is_chinese() else "en",
        "title": _("Training transcript"),
        "logo": logo_values(transcript.letterhead.logo if transcript.letterhead else None),
        "logo_alt": _("Logo of %(issuer)s", issuer=_issuer(transcript)),
        "name": person.name,
        "notice": _notice(transcript),
        "about": _about(transcript),
        "total": {
            "label": _("Credited online"),
            "value": write_hours(transcript.hours),
            "unit": _("credit hours of %(n)s minutes", n=minutes),
            "held": _("%(time)s are held for review and not credited", time=write_length(held)) if held else "",
        },
        "requirements": _requirements(transcript),
        "courses": _courses(transcript),
        "rules": {"title": _("How hours are credited"), "items": policy_words(transcript.case.policy, transcript.standing)},
        "proof": {
            "title": _("How to verify this"),
            "text": _how_to_check(transcript),
            "signature": signature_words(site),
            "items": _fingerprints(transcript),
            **verification(verification_page(transcript.certificate.number if transcript.certificate else "")),
        },
        "footer": f"{person.name} · {transcript.standing.training_class.code} · {transcript.ledger_head[:16]}",
        "page": _("Page {n} of {all}"),
    }


def _notice(transcript: Transcript) -> str:
    """Return the sentence that the transcript of a training begins with that ended without completion; '' for all others.

    An erasure withdraws everybody who was still in training, also people with a valid certificate: they completed it.
    """
    enrolment = transcript.standing.enrolment
    if enrolment.status not in LEFT or enrolment.certified_at:  # not the transcript's certificate: after an erasure it has none
        return ""
    return _("%(state)s. This lists what was credited; the training was not completed.", state=state_of(enrolment))


def _fingerprints(transcript: Transcript) -> list[list[str]]:
    rows = [
        [_("Evidence bundle"), transcript.bundle_sha256],
        [_("As of"), transcript.as_of],
        [_("Ledger checksum"), transcript.ledger_head],
    ]
    rules = transcript.about.get("rules", {}).get("programme")  # bundles of earlier versions name no rules
    if rules:
        rows.append([_("Rules"), f"{rules_words(rules)} · {rules['sha256']}"])
    return rows


def _how_to_check(transcript: Transcript) -> str:
    if transcript.erased_at is not None:
        return _("The evidence was erased on purpose: these hours can be verified in the ledger, but not recomputed any more.")
    counted = _("“Records” counts the observations and attestations of the evidence bundle that concern a requirement.")
    if transcript.certificate is not None:
        recompute = _("Download the evidence bundle and recompute it with “lms hours recompute”. Its SHA-256 and the ledger checksum:")
        return f"{transcript.certified_words} {counted} {recompute}"
    ask = _(
        "Ask for the evidence bundle as of the time below and recompute it with “lms hours recompute”. Its SHA-256 and the ledger checksum:"
    )
    return f"{counted} {ask}"


def _issuer(transcript: Transcript) -> str:
    """Return the name that the letterhead prints; that of the training provider without one."""
    if transcript.letterhead is None:
        return transcript.belongs.provider
    wordings = transcript.letterhead.wordings
    return pick(wordings.zh.issuer, wordings.en.issuer) or wordings.en.issuer or transcript.belongs.provider


def _about(transcript: Transcript) -> list[list[str]]:
    rows = [*identity_rows(transcript.standing, transcript.belongs)]
    if (issuer := _issuer(transcript)) != transcript.belongs.provider:
        rows.append((_("Issuer"), issuer))
    return [list(row) for row in (*rows, (_("Issued"), transcript.issued))]


def _requirements(transcript: Transcript) -> dict[str, Any]:
    counts = evidence_counts(transcript.case)
    return {
        "title": _("Requirements"),
        "head": [_("Requirement"), _("Earned"), _("Of it waived"), _("Required"), _("Records"), _("Reached")],
        "rows": [_requirement(one, "–" if transcript.erased_at else str(counts.get(one.key, 0))) for one in transcript.requirements],
    }


def _requirement(one: RequirementProgress, records: str) -> list[str]:
    unit = pick(one.unit.zh, one.unit.en)
    return [
        pick(one.title.zh, one.title.en),
        _amount(one.earned, unit),
        _amount(one.waived, unit) if one.waived else "–",
        "–" if one.target is None else _amount(one.target, unit),
        records,
        _("yes") if one.done else _("no"),
    ]


def _amount(hours: Decimal, unit: str) -> str:
    written = write_hours(hours)
    return f"{written} {unit_after(unit, written)}"


def _courses(transcript: Transcript) -> dict[str, Any]:
    """List the courses in which the person studied, activity by activity; the others only by name."""
    begun = [one for one in transcript.chapters if any(line.account.measured_seconds or line.credited_seconds for line in one.lines)]
    untouched = [pick(one.course.title.zh, one.course.title.en) for one in transcript.chapters if one not in begun]
    return {
        "title": _("Courses"),
        "head": [_("Activity"), _("Worth"), _("Time measured"), _("Credited"), _("Condition met")],
        "chapters": [_chapter(one, transcript.case.policy) for one in begun],
        "untouched": _("Not begun: %(courses)s", courses=_(", ").join(untouched)) if untouched else "",
    }


def _chapter(chapter: Chapter, policy: Policy) -> dict[str, Any]:
    return {
        "title": pick(chapter.course.title.zh, chapter.course.title.en),
        "sum": _("Credited: %(time)s", time=write_credit(chapter.credited_seconds, policy)),
        "rows": [_row(line) for line in chapter.lines],
    }


def _row(line: TranscriptLine) -> list[str]:
    account = line.account
    return [
        pick(line.activity.title.zh, line.activity.title.en),
        write_length(line.activity.worth_seconds),
        write_length(account.measured_seconds),
        write_length(line.credited_seconds),
        "–" if not line.has_conditions else _("yes") if account.gate.open else _("no"),
    ]
