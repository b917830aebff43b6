"""The sentences that a certificate prints: those of the office's wording, which the certificate froze, or the usual ones."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from lms.crediting.models import Certificate
from lms.i18n import is_chinese, local_time, pick, write_hours, write_whole_day
from lms.printing.wording import PLACEHOLDERS, CertificateWording, Wordings, fill, placeholders_in


@dataclass(frozen=True, slots=True)
class PrintedWords:
    """The sentences of one certificate in the page's language; `closing` may be empty."""

    issuer: str
    title: str
    text: str
    closing: str
    date: str


def printed_words(certificate: Certificate) -> PrintedWords:
    """Return the sentences of a certificate."""
    facts = certificate.facts
    wording = _wording(facts)
    values = {
        **values_of(facts),
        **{name: (certificate.person or {}).get(name, "") for name in ("name", "school")},
        "number": certificate.number,
        "date": write_whole_day(local_time(certificate.issued_at, facts["time_zone"]).date()),
    }
    return PrintedWords(
        issuer=values["issuer"],
        title=fill(wording.title, values) or _("Certificate of completion"),
        text=fill(wording.text, values) or _usual(facts, values),
        closing=fill(wording.closing, values),
        date=values["date"],
    )


def _wording(facts: Mapping[str, Any]) -> CertificateWording:
    wordings = Wordings.read(facts.get("wording", {}))
    return wordings.zh if is_chinese() else wordings.en


def values_of(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return the values of placeholders that do not depend on the person, in the page's language; those without a value are left out."""
    begin, end = (write_whole_day(date.fromisoformat(one)) for one in facts["period"])
    days = [Decimal(one["earned"]) for one in facts["requirements"] if one["kind"] == "days"]
    track = pick(facts["track"]["zh"], facts["track"]["en"])
    return {
        "begin": begin,
        "end": end,
        "provider": facts["provider"],
        "programme": pick(facts["programme"]["zh"], facts["programme"]["en"]),
        "class": facts["class"]["name"],
        "issuer": _wording(facts).issuer or facts["issuer"],
        "hours": write_hours(Decimal(facts["hours"])),
        "minutes": str(facts["hour_minutes"]),
        **({"days": write_hours(sum(days, Decimal(0)))} if days else {}),
        **({"track": track} if track else {}),
    }


def without_value(wordings: Wordings, kinds: Collection[str], track: str) -> set[str]:
    """Return the placeholders of a wording that have no value where requirements are of these kinds, and the track has this name.

    Placeholders that this version of the product does not know are among them.
    """
    used = placeholders_in(*wordings.fields().values())
    empty = set() if "days" in kinds else {"days"}
    return (used & (empty if track else {*empty, "track"})) | (used - set(PLACEHOLDERS))


def _usual(facts: Mapping[str, Any], values: Mapping[str, str]) -> str:
    said = {name: values[name] for name in ("begin", "end", "provider", "programme")} | {"training_class": values["class"]}
    text = _(
        "took part in the training “%(programme)s” (%(training_class)s) run by %(provider)s from %(begin)s to %(end)s, met every"
        " requirement and is certified as having completed it.",
        **said,
    )
    if not Decimal(facts["hours"]):
        return text
    credited = _("Credited online: %(hours)s credit hours of %(n)s minutes.", hours=values["hours"], n=facts["hour_minutes"])
    return text + credited if is_chinese() else f"{text} {credited}"
