"""`lms transcript bulk`: the operator makes the documents of many people at once."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from flask_babel import force_locale
from sqlalchemy import select

from lms.access_log.noting import note
from lms.accounts.account_changes import By
from lms.accounts.models import Organisation
from lms.accounts.offices import WHOLE_SITE
from lms.bulk import job, pdf_pieces, selection
from lms.bulk.selection import BulkSelection
from lms.bulk.views import accesses_of, classes_by, problem_of
from lms.clock import now
from lms.command_options import json_option
from lms.db import session, transaction
from lms.errors import InvalidInput
from lms.i18n import DEFAULT, pick
from lms.jobs.kinds import JobOrder
from lms.programmes.store import document_of, named
from lms.signing.site_key import demand

LANGUAGES = {"zh": DEFAULT, "en": "en"}
PLAN = "plan.json"


@click.command("bulk")
@click.option("--class", "codes", multiple=True, help="Code of a class; may be given several times.")
@click.option("--programme", help="Code of a programme, or code:year.")
@click.option("--office", help="Code of an office: everybody in its classes, and all teachers of its schools.")
@click.option("--what", type=click.Choice(pdf_pieces.KINDS), default=pdf_pieces.TRANSCRIPTS, show_default=True, help="The documents.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="zh", show_default=True, help="Language of the words.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="ZIP file to write.")
@json_option("what was written")
@with_appcontext
def bulk(out: Path, language: str, what: str, *, as_json: bool, **chosen: Any) -> None:
    """Write the documents of many people to one ZIP file, with an index sheet; without a choice, of everybody.

    Finished parts stay in the folder OUT.parts until all are done: if the command stops, run it again and it continues.
    """
    demand()
    with force_locale(LANGUAGES[language]):
        wanted, whose = _selection(**chosen)
        if problem := problem_of(selection.size_of(session(), wanted)):
            raise InvalidInput(problem)
        params = wanted.params() | {"what": what, "whose": whose, "locale": LANGUAGES[language]}
        _record(wanted)
        try:
            people = _write(params, out)
        except OSError as error:
            raise InvalidInput(f"out: {out}: {error.strerror}") from error
    said = {"file": str(out), "people": people, "bytes": out.stat().st_size}
    click.echo(json.dumps(said) if as_json else f"{out}: {people} people, {said['bytes']} bytes")


def _record(wanted: BulkSelection) -> None:
    office = session().scalar(select(Organisation.id).where(Organisation.path == wanted.path))
    with transaction() as writing:
        for one in accesses_of(wanted, office):
            note(writing, one, By(None, now()))


def _selection(codes: Sequence[str], programme: str | None, office: str | None) -> tuple[BulkSelection, str]:
    path, whose = WHOLE_SITE, "LMS"
    if office is not None:
        found = session().scalar(select(Organisation).where(Organisation.code == office))
        if found is None:
            raise InvalidInput(f"office: no organisation has the code {office!r}")
        path, whose = found.path, found.name
    if codes:
        return classes_by(path, ",".join(codes))
    if programme is not None:
        code, _colon, year = programme.partition(":")
        version = named(session(), code, int(year) if year.isascii() and year.isdigit() and len(year) < 5 else None)  # noqa: PLR2004
        if version is None:
            raise InvalidInput(f"programme: there is no programme {programme!r}")
        document = document_of(version)
        return BulkSelection(path, programme_id=version.programme_id), f"{pick(document.name.zh, document.name.en)} ({document.year})"
    return BulkSelection(path), whose


def _write(params: Mapping[str, Any], out: Path) -> int:
    """Make the parts that are missing, join them, and return the number of people."""
    parts = out.with_name(f"{out.name}.parts")
    parts.mkdir(exist_ok=True)
    plan = _plan(params, parts)
    order = JobOrder(params, now())
    for number, piece in enumerate(plan):
        place = parts / f"{number}.zip"
        if not place.exists():
            unfinished = place.with_suffix(".unfinished")
            unfinished.write_bytes(job.make(order, piece))
            unfinished.rename(place)
            click.echo(f"{number + 1}/{len(plan)}", err=True)
    joined = parts / "joined"
    with joined.open("wb") as file:
        job.join(order, _parts(parts, len(plan)), file)
    joined.rename(out)
    shutil.rmtree(parts)
    return sum(map(len, plan))


def _plan(params: Mapping[str, Any], parts: Path) -> Sequence[Sequence[int]]:
    """Return the plan of the run that stopped, or make one.

    Raises:
        InvalidInput: the run that stopped was of another selection.
    """
    kept = parts / PLAN
    if kept.exists():
        known = json.loads(kept.read_text(encoding="utf-8"))
        if known["params"] != params:
            raise InvalidInput(f"out: {parts} has parts of another export. Finish that one, delete the folder, or choose another name.")
        found: Sequence[Sequence[int]] = known["plan"]
        return found
    made = [list(piece) for piece in job.plan(params)]
    unfinished = kept.with_suffix(".unfinished")
    unfinished.write_text(json.dumps({"params": params, "plan": made}, ensure_ascii=False), encoding="utf-8")
    unfinished.rename(kept)
    return made


def _parts(parts: Path, count: int) -> Iterator[bytes]:
    for number in range(count):
        yield (parts / f"{number}.zip").read_bytes()
