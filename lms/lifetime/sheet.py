"""Write a lifetime record as a spreadsheet: years, kinds, programmes, and the rule."""

from flask_babel import gettext as _

from lms.hours.lifetime_values import Amount
from lms.i18n import pick
from lms.lifetime import words
from lms.lifetime.record import LifetimeRecord
from lms.transcripts.words import state_of
from lms.web.spreadsheet import NARROW, WIDE, Book, Cell

DIGEST = 68


def of_record(record: LifetimeRecord) -> bytes:
    """Return a record as a workbook. Measured hours and hours earned elsewhere are in columns of their own."""
    book = Book(record.made_at, record.person.name)
    figures = [_("Measured"), _("Earned elsewhere"), _("Required"), _("Missing")]
    book.sheet(_("Years"), [_("Period"), _("Year"), _("Kind"), *figures], _years(record), (NARROW, NARROW, WIDE))
    book.sheet(
        _("Programmes"),
        [_("Programme"), _("Class"), _("Credited (s)"), _("Included here (s)"), _("Not included here"), _("State")],
        [
            (
                pick(one.transcript.standing.document.name.zh, one.transcript.standing.document.name.en),
                one.transcript.standing.training_class.name,
                sum(one.credited.values()),
                sum(one.counted.values()),
                words.left_out_words(one, record),
                state_of(one.transcript.standing.enrolment),
            )
            for one in record.shares
        ],
        (WIDE, WIDE, NARROW, NARROW, WIDE, NARROW),
    )
    about = [
        (_("Name"), record.person.name),
        (_("Rule"), f"{pick(*record.rule.name)} ({record.rule.code}, {record.version.number})"),
        (_("Checksum of the rule"), record.version.sha256),
        *((_("How this is computed"), one) for one in words.rule_words(record.rule)),
    ]
    book.sheet(_("Rule"), [_("Item"), _("Value")], about, (20, DIGEST))
    return book.content()


def _years(record: LifetimeRecord) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    names = {kind.key: pick(*kind.name) for kind in record.rule.kinds}
    for period in record.result.periods:
        span = f"{period.first}–{period.last}"
        every = [("", period.whole, period.kinds), *((str(one.year), one.whole, one.kinds) for one in period.years)]
        for year, whole, kinds in every:
            rows.append([span, year, "", *_figures(whole)])
            rows += [[span, year, names[key], *_figures(amount)] for key, amount in kinds.items()]
    return rows


def _figures(one: Amount) -> list[Cell]:
    target = one.target
    return [one.measured, one.elsewhere, "" if target is None else target, "" if target is None else one.missing]
