"""Write a record of all years as PDF, with typst and our own fonts: the same on every machine."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from lms.accounts.models import Organisation
from lms.db import session
from lms.hours.lifetime_values import Amount, PeriodResult
from lms.i18n import is_chinese, pick, unit_after, write_day, write_hours, write_number, write_time
from lms.lifetime import words
from lms.lifetime.models import APPROVED, ElsewhereHours
from lms.lifetime.record import LifetimeRecord
from lms.printing.qr_code import verification
from lms.printing.typesetting import write_pdf
from lms.signing.signature_words import LIFETIME_RECORD, signature_words
from lms.signing.site_key import SiteKey, demand, signed
from lms.transcripts.identity import shown_username, verification_page

TEMPLATE = Path(__file__).parent / "record.typ"
SPACE = Decimal("1.2")  # of the longest bar, so that a full one does not touch the number beside it
NONE = "–"


def of_record(record: LifetimeRecord) -> bytes:
    """Return the record as PDF, signed if this site signs its documents.

    Raises:
        Conflict: the signing key cannot sign; nothing was issued.
    """
    content = content_of(record, demand())
    return signed(write_pdf(TEMPLATE, content, record.made_at), LIFETIME_RECORD)


def content_of(record: LifetimeRecord, site: SiteKey) -> dict[str, Any]:
    """Return all printed texts: the template only arranges them. `site` has the key that will sign them."""
    issued = write_time(record.made_at, zone=record.rule.time_zone)
    return {
        "language": "zh" if is_chinese() else "en",
        "title": _("Hours of all years"),
        "name": record.person.name,
        "about": _about(record),
        "total": _total(record.result.periods[-1]),
        "periods": [_period(record, one) for one in reversed(record.result.periods)],
        "programmes": _programmes(record),
        "elsewhere": _elsewhere(record),
        "rules": {"title": _("How this is computed"), "items": words.rule_words(record.rule)},
        "proof": {
            "title": _("How to verify this"),
            "text": _(
                "Ask for the evidence of this record and recompute it with “lms hours recompute”. These checksums fix the rule and the"
                " ledgers from which this record was computed:"
            ),
            "signature": signature_words(site),
            **verification(verification_page()),
            "items": [
                [_("Checksum of the rule"), record.version.sha256],
                *([_named(one.transcript.standing.training_class.code), one.transcript.ledger_head] for one in record.shares),
            ],
        },
        "footer": f"{record.person.name} · {record.rule.code}, {record.version.number} · {issued}",
        "page": _("Page {n} of {all}"),
    }


def _named(code: str) -> str:
    return _("Ledger checksum, %(code)s", code=code)


def _about(record: LifetimeRecord) -> list[list[str]]:
    person = record.person
    school = None if person.organisation_id is None else session().get(Organisation, person.organisation_id)
    username = shown_username(person.username)
    return [
        [_("Name"), person.name],
        *([[_("User name"), username]] if username else []),
        [_("School"), NONE if school is None else school.name],
        [_("Rule"), f"{pick(*record.rule.name)} ({record.rule.code}, {_('version %(number)s', number=record.version.number)})"],
        [_("Issued"), write_time(record.made_at, zone=record.rule.time_zone)],
    ]


def _total(period: PeriodResult) -> dict[str, str]:
    whole, value = period.whole, write_hours(period.whole.together)
    state = _("The whole rule is met.") if period.met else _("%(hours)s of %(least)s missing", hours=whole.missing, least=whole.target)
    if not period.met and whole.met:
        state = _("The total is reached; a minimum is still missing.")
    return {"label": f"{period.first}–{period.last}", "value": value, "unit": unit_after(_("credit hours"), value), "state": state}


def _period(record: LifetimeRecord, period: PeriodResult) -> dict[str, Any]:
    figures = [_("Measured"), _("Earned elsewhere"), _("Required"), _("Missing")]
    names = {kind.key: pick(*kind.name) for kind in record.rule.kinds}
    left_out = period.elsewhere_left_out
    return {
        "title": f"{period.first}–{period.last}",
        "picture": _picture(record, period),
        "kinds": {
            "head": [_("Kind of training"), *figures],
            "rows": [
                [_("In the whole period"), *_figures(period.whole)],
                *([names[key], *_figures(one)] for key, one in period.kinds.items()),
            ],
        },
        "years": {
            "head": [_("Year"), *figures],
            "rows": [[str(one.year), *_figures(one.whole, begun=one.year in period.begun)] for one in period.years],
        },
        "note": _("%(hours)s credit hours earned elsewhere are beyond the most that counts in a period.", hours=write_hours(left_out))
        if left_out
        else "",
    }


def _figures(one: Amount, *, begun: bool = True) -> list[str]:
    missing = NONE if one.target is None else write_hours(one.missing) if begun else _("Not begun")
    return [write_hours(one.measured), write_hours(one.elsewhere), NONE if one.target is None else str(one.target), missing]


def _picture(record: LifetimeRecord, period: PeriodResult) -> dict[str, Any]:
    """Return one bar a year, in hundredths of the width, and the same in words for people who do not see it."""
    least = record.rule.a_year
    whole = max([Decimal(least or 1), *(one.whole.together for one in period.years)]) * SPACE
    told = [_("%(year)s: %(hours)s", year=one.year, hours=write_hours(one.whole.together)) for one in period.years]
    return {
        "alt": _("Credit hours of each year: %(years)s", years=_("; ").join(told)),
        "years": [
            {
                "name": str(one.year),
                "measured": float(100 * one.whole.measured / whole),
                "elsewhere": float(100 * one.whole.elsewhere / whole),
                "least": float(100 * Decimal(least or 0) / whole),
                "together": write_hours(one.whole.together),
            }
            for one in period.years
        ],
        "key": [
            ["measured", _("Measured")],
            ["elsewhere", _("Earned elsewhere")],
            *([["least", _("Minimum of a year: %(hours)s", hours=least)]] if least else []),
        ],
    }


def _programmes(record: LifetimeRecord) -> dict[str, Any]:
    return {
        "title": _("From programmes"),
        "head": [_("Class"), _("Credited there"), _("Included here"), _("Not included here")],
        "rows": [
            [
                words.class_words(one),
                write_hours(words.in_hours(sum(one.credited.values()), record.rule)),
                write_hours(words.in_hours(sum(one.counted.values()), record.rule)),
                words.left_out_words(one, record) or NONE,
            ]
            for one in record.shares
        ],
    }


def _elsewhere(record: LifetimeRecord) -> dict[str, Any]:
    return {
        "title": _("Earned elsewhere or before"),
        "note": _("Not measured here: an office entered it with a document, and a second person approved it."),
        "head": [_("Training"), _("Provider"), _("Dates"), _("Amount")],
        "rows": [
            [one.title, one.provider, f"{write_day(one.first_on)} – {write_day(one.last_on)}", _amount(record, one)]
            for one in record.elsewhere
            if one.state == APPROVED
        ],
    }


def _amount(record: LifetimeRecord, one: ElsewhereHours) -> str:
    written = write_number(one.amount)
    amount = f"{written} {_('days') if one.unit == 'days' else unit_after(_('credit hours'), written)}"
    return _("; ").join([amount, *([_("does not count under this rule")] if record.is_worthless(one) else [])])
