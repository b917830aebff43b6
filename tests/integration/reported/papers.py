"""What is right for each reported paper? A transcript is issued as PDF, and its printed text is read back."""

import io
import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import pypdf
from flask_babel import force_locale
from sqlalchemy import update
from sqlalchemy.orm import Session

from lms.accounts.models import Organisation, Person
from lms.classes import setup
from lms.db import session as reading
from lms.programmes import store as programmes
from lms.transcripts.export import write
from tests.factories import BEGIN, World

Check = Callable[[World, Path], None]
CODE = re.compile(r"\[U\+[0-9A-F]{4,6}\]")


def printed(world: World, enrolment_id: int, moment: datetime) -> str:
    """Return the words of a transcript's PDF."""
    with world.app.app_context(), force_locale("zh_Hans_CN"):
        content = write(reading(), enrolment_id, "pdf", moment)
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def is_issued_by_the_programmes_zone(world: World, file: Path) -> None:
    case = read(file)
    zone = case["programme"]["policy"]["time_zone"]
    text = (resources.files("lms.programmes") / "data" / "online-teaching-2020.toml").read_text(encoding="utf-8")

    def enrol(session: Session) -> int:
        version = programmes.import_toml(session, text.replace("Asia/Shanghai", zone), BEGIN).version
        person = session.get_one(Person, world.person_id)
        provider = session.get_one(Organisation, person.organisation_id)
        run = setup.ClassDetails("k2", "纽约班", provider, date(2026, 3, 1), date(2026, 12, 31))
        return setup.enrol(session, setup.create_class(session, version, run), person, "primary", "in-training").id

    assert zone not in text, "the programme as it is counts by another zone"
    found = printed(world, world.act(enrol), datetime.fromisoformat(case["moment"]))
    day, time = case["right"]["issued"].split(" ")
    year, month, of_month = map(int, day.split("-"))
    assert f"{year}年{month}月{of_month}日{time}" in found.replace(" ", ""), found
    assert case["wrong"].partition(" ")[2] not in found


def is_not_mixed(world: World, file: Path) -> None:
    """No letter of the name stands beside the code of another: all of it is in letters, or all of it in codes."""
    name = read(file)["name"]
    world.act(lambda session: session.execute(update(Person).where(Person.id == world.person_id).values(name=name)))
    found = printed(world, world.enrolment_id, world.clock())
    letters = {glyph for glyph in name if glyph != " "}
    coded = {glyph for glyph in letters if f"[U+{ord(glyph):04X}]" in found}
    assert coded in (set(), letters), coded
    if coded:
        assert not letters & set(CODE.sub("", found))
        assert "".join(f"[U+{ord(glyph):04X}]" for glyph in name.split(" ")[0]) in found.replace("\n", "")


EXPECTED: Mapping[str, Check] = {
    "pdf-01-programme-in-another-zone.json": is_issued_by_the_programmes_zone,
    "pdf-02-uyghur-name.json": is_not_mixed,
}
