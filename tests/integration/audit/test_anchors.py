"""Does one signed line, kept elsewhere, show later that chains were rewritten, even if the database is consistent?"""

import json
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import Organisation
from lms.accounts.people import add_person
from lms.classes.changes import made, note
from lms.classes.models import ClassChange, Enrolment
from lms.classes.setup import enrol, locked_class
from lms.crediting.models import LedgerEntry
from tests.factories import World
from tests.integration.audit.running import run


def anchored(world: World, folder: Path, *, heads: bool = True) -> Path:
    """Write an anchor, with or without the list of heads."""
    file = folder / "anchor.txt"
    answer = run(world, "ledger", "anchor", *(("--heads", str(file)) if heads else ()))
    assert answer.exit_code == 0, answer.stderr
    if not heads:
        file.write_text(answer.stdout)
    return file


def verified(world: World, file: Path, *more: str) -> Result:
    return run(world, "ledger", "verify", "--anchor", str(file), *more)


@pytest.fixture
def studied(world: World) -> World:
    world.act(lambda session: note(session, world.class_id, made("opened", By(None, world.clock()))))
    for _ in range(2):
        world.study("reading", 300)
        world.credit()
    return world


def rewrite(session: Session) -> None:
    """Write a person's ledger again, as the product itself would, so that nothing in the database shows it."""
    session.execute(delete(LedgerEntry))
    session.execute(
        update(Enrolment).values(
            ledger_length=0, ledger_head=None, credited_seconds=0, class_sha256=None, enrolment_sha256=None, evidence_count=0
        )
    )
    session.execute(text("DELETE FROM observation WHERE id > 1"))


REWRITTEN = {
    "begun anew": (rewrite, "enrolment 1: its chain "),
    "shorter": (
        lambda session: session.execute(delete(LedgerEntry).where(LedgerEntry.number == 2)),
        "enrolment 1: its chain had 2 entries",
    ),
    "another": (lambda session: session.execute(update(LedgerEntry).values(hash="1" * 64)), "was rewritten since"),
    "its class's history": (lambda session: session.execute(update(ClassChange).values(after="x")), "the history of class 1 was rewritten"),
}


@pytest.mark.parametrize("how", REWRITTEN)
@pytest.mark.parametrize("heads", [True, False])
def test_what_was_rewritten_since_is_found(studied: World, tmp_path: Path, how: str, *, heads: bool) -> None:
    file = anchored(studied, tmp_path, heads=heads)
    assert verified(studied, file).exit_code == 0
    edit, told = REWRITTEN[how]
    studied.act(edit)
    studied.study("reading", 60)
    studied.credit()
    answer = verified(studied, file)
    assert answer.exit_code == 1
    assert (told if heads else "the ledger is not the one that was anchored at") in answer.stderr


def test_what_was_written_later_is_not_a_finding(studied: World, tmp_path: Path) -> None:
    file = anchored(studied, tmp_path)

    def join(session: Session) -> None:
        provider = session.scalars(select(Organisation)).one()
        person = add_person(session, "later", "李强", ("teacher",), password=None, organisation=provider)
        enrol(session, locked_class(session, studied.class_id), person, "primary")
        note(session, studied.class_id, made("name", By(None, studied.clock()), "a", "b"))

    studied.act(join)
    studied.study("reading", 60)
    studied.credit()
    assert verified(studied, file).exit_code == 0


def test_a_ledger_begun_anew_is_clean_without_an_anchor(studied: World) -> None:
    studied.act(rewrite)
    studied.study("reading", 60)
    studied.credit()
    assert run(studied, "ledger", "verify").exit_code == 0, "that is why anchors are kept elsewhere"


def line_with(file: Path, **changes: object) -> str:
    first, *rest = file.read_text().splitlines()
    return "\n".join([json.dumps({**json.loads(first), **changes}), *rest])


def test_a_line_that_is_not_the_one_that_was_signed_is_refused(studied: World, tmp_path: Path) -> None:
    file = anchored(studied, tmp_path)
    own = run(studied, "ledger", "anchor", "--public-key").stdout.strip()
    signed = file.read_text()
    other = {
        line_with(file, root="0" * 64): "its signature does not fit",
        line_with(file, entries=1): "its signature does not fit",
        line_with(file, entries="1"): "is not an anchor",
        line_with(file, anchor=9): "of a format that this program does not know",
        line_with(file, public_key="eA=="): "is not an anchor",
        "": "is not an anchor",
        "[]": "is not an anchor",
        "[" * 1999: "is not an anchor",
        "x" * 10_000: "is not an anchor",
        signed + "enrolment one": "is not a head",
        signed.replace("enrolment 1 2", "enrolment 1 3"): "the list of heads is not the one",
    }
    for content, told in other.items():
        file.write_text(content)
        answer = verified(studied, file)
        assert (answer.exit_code, told in answer.stderr) == (2, True), (content[:80], answer.stderr)
    file.write_text(signed)
    assert verified(studied, file, "--key", own).exit_code == 0
    assert "was signed with the key" in verified(studied, file, "--key", "another").stderr
    assert verified(studied, tmp_path / "none").exit_code == 2
