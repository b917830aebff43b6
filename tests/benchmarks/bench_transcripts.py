"""How many transcripts a second become PDF, beside a bare page of the same typst with the same fonts?

The people are the demo's class: real courses, real evidence, a real ledger. Each transcript is read from the database
and laid out as the export does it. One transcript is also typeset and signed, beside typst alone and typst with pyHanko alone.
"""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from itertools import count, cycle
from typing import Any, cast

import typst
from cryptography.hazmat.primitives.asymmetric import ec
from flask_babel import force_locale
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from sqlalchemy import select

from lms.classes.models import Enrolment
from lms.printing.typesetting import FONT_FOLDERS, FONTS, ROOT, STANDARDS, write_pdf
from lms.signing.key import SigningKey
from lms.signing.pades import _signer, sign_pdf
from lms.signing.site_key import SiteKey
from lms.transcripts import export, pdf
from lms.transcripts.transcript import read
from tests import signing_keys
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

        with site.database.reader() as session:
            content = {**pdf.content_of(read(session, next(numbers), now()), SiteKey()), "fonts": FONTS}
        turn = count()

        def fresh() -> dict[str, Any]:
            """Return the texts of another document each time, because typst remembers those that it has typeset."""
            return {**content, "footer": f"{next(turn)}"}

        own = typst.Compiler(str(pdf.TEMPLATE), root=str(ROOT), font_paths=[*FONT_FOLDERS], ignore_system_fonts=True)
        made = signing_keys.make()
        key = SigningKey(cast("ec.EllipticCurvePrivateKey", made.private), made.certificate)
        signer = _signer(key)

        def typeset() -> bytes:
            said = {"data": json.dumps(fresh(), ensure_ascii=False)}
            return cast("bytes", own.compile(format="pdf", sys_inputs=said, pdf_standards=[*STANDARDS]))

        def pyhanko_alone(document: bytes) -> bytes:
            about = signers.PdfSignatureMetadata(field_name="Signature", md_algorithm="sha256")
            with ThreadPoolExecutor(1) as thread:  # pyHanko starts an event loop, and a browser's may run in this thread
                done = thread.submit(signers.sign_pdf, IncrementalPdfFileWriter(io.BytesIO(document)), about, signer).result()
            return cast("io.BytesIO", done).getvalue()

        def signed() -> bytes:
            return sign_pdf(write_pdf(pdf.TEMPLATE, fresh(), now()), key, now(), pdf.REASON)

        compare(
            [
                Subject("typst alone, the same template", here(typeset)),
                Subject("typst and pyHanko alone", here(lambda: pyhanko_alone(typeset()))),
                Subject(
                    "transcript typeset and signed",
                    here(signed),
                    ("typst alone, the same template", "typst and pyHanko alone"),
                    "≥ 60 % of typst and pyHanko alone",
                ),
                Subject("bare page", here(lambda: compiler.compile(format="pdf"))),
                Subject("read alone", here(bundled), ("bare page",)),
                Subject("transcript as PDF", here(lambda: written("pdf")), ("bare page",)),
                Subject("transcript as XLSX", here(lambda: written("xlsx")), ("bare page",)),
            ],
            places.effort,
        )
