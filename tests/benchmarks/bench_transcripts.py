"""How many transcripts a second become PDF, beside a bare page of the same typst with the same fonts?

The people are the demo's class: real courses, real evidence, a real ledger. Each transcript is read from the database
and laid out as the export does it.
"""

from itertools import cycle

import typst
from flask_babel import force_locale
from sqlalchemy import select

from lms.classes.models import Enrolment
from lms.printing.typesetting import FONT_FOLDERS
from lms.transcripts import export
from lms.transcripts.transcript import read
from tests.benchmarks.measuring import Subject, compare, here
from tests.benchmarks.places import Places

PAGE = '#set text(font: ("Noto Sans CJK SC", "Noto Sans SC"))\n= 培训成绩单\n一页。\n'


def main(places: Places) -> None:
    """Measure on PostgreSQL; the process is this one."""
    site = places.site("postgresql")
    page = places.folder / "page.typ"
    page.write_text(PAGE, encoding="utf-8")
    compiler = typst.Compiler(str(page), root=str(places.folder), font_paths=[*FONT_FOLDERS], ignore_system_fonts=True)
    app, now = site.app, site.app.extensions["clock"]
    with app.app_context(), force_locale("zh_Hans_CN"):
        with site.database.reader() as session:
            first = site.seeded.first_enrolment
            numbers = cycle(session.scalars(select(Enrolment.id).where(Enrolment.id < first, Enrolment.ledger_length > 0)).all())

        def written(form: str) -> bytes:
            with site.database.reader() as session:
                return export.write(session, next(numbers), form, now())

        def bundled() -> str:
            with site.database.reader() as session:
                return read(session, next(numbers), now()).bundle_sha256

        compare(
            [
                Subject("bare page", here(lambda: compiler.compile(format="pdf"))),
                Subject("read alone", here(bundled), ("bare page",)),
                Subject("transcript as PDF", here(lambda: written("pdf")), ("bare page",)),
                Subject("transcript as XLSX", here(lambda: written("xlsx")), ("bare page",)),
            ],
            places.effort,
        )
