"""Does an anchor find a register that was rewritten together with everything that depends on it?"""

from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from courses.strict_json.canonical import digest_of
from lms.certification import register
from lms.certification.models import RegisterEntry
from lms.classes.models import Enrolment
from lms.cli import main_group
from lms.crediting import chain, inputs
from lms.crediting.chain import GENESIS
from lms.crediting.ledger import entries_of
from lms.crediting.models import Certificate, LedgerEntry
from tests.integration.certification.conftest import Office


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Edits are planted on one database: no SQL here differs."""
    return sqlite_url


def run(office: Office, *words: str) -> tuple[int, str]:
    answer = office.world.app.test_cli_runner().invoke(main_group, list(words))
    return answer.exit_code, answer.stderr


def reissue(session: Session) -> None:
    """Let the certificate name another issuer, and rewrite the register, the enrolment and the last ledger entry to match."""
    certificate = session.scalars(select(Certificate)).one()
    certificate.facts = {**certificate.facts, "issuer": "另一机构"}
    previous = GENESIS
    for entry in session.scalars(select(RegisterEntry).order_by(RegisterEntry.position)):
        entry.contents_sha256, entry.previous_hash = register.contents_sha256(certificate), previous
        previous = entry.hash = register.hash_of(entry)
    session.flush()
    whose = certificate.enrolment_id
    session.execute(update(Enrolment).where(Enrolment.id == whose).values(certificate_sha256=previous))
    digest = digest_of(inputs.enrolment_contents(session, [whose])[whose])
    rechain(session, whose, digest)


def rechain(session: Session, enrolment_id: int, digest: str) -> None:
    """Give the latest ledger entry other inputs and the hash that fits them, and note both beside the chain."""
    own = select(LedgerEntry).where(LedgerEntry.enrolment_id == enrolment_id)
    last = session.scalars(own.order_by(LedgerEntry.number.desc()).limit(1)).one()
    last.enrolment_sha256 = digest
    session.flush()
    session.expire_all()
    [*_, (entry, _hash)] = entries_of(session, enrolment_id)
    sha256 = chain.hash_of(entry)
    last.hash = sha256
    session.flush()
    session.execute(update(Enrolment).where(Enrolment.id == enrolment_id).values(ledger_head=sha256, enrolment_sha256=digest))


def test_a_register_that_was_rewritten_with_its_ledgers_is_clean_without_an_anchor_and_found_with_one(
    office: Office, tmp_path: Path
) -> None:
    office.certify()
    file = tmp_path / "anchor.txt"
    assert run(office, "ledger", "anchor", "--heads", str(file)) == (0, "")
    assert run(office, "ledger", "verify", "--anchor", str(file)) == (0, "")
    office.world.act(reissue)
    assert run(office, "ledger", "verify") == (0, ""), "everything in the database agrees"
    code, said = run(office, "ledger", "verify", "--anchor", str(file))
    assert code == 1
    assert f"enrolment {office.enrolment_id}: its chain was rewritten since the anchor" in said


def test_a_register_that_was_rewritten_alone_is_found_through_the_ledger(office: Office, tmp_path: Path) -> None:
    office.certify()
    file = tmp_path / "anchor.txt"
    run(office, "ledger", "anchor", "--heads", str(file))

    def cut(session: Session) -> None:
        session.execute(delete(Certificate))
        session.execute(delete(RegisterEntry))
        session.execute(update(Enrolment).values(certified_at=None, certificate_sha256=None))

    office.world.act(cut)
    code, said = run(office, "ledger", "verify", "--anchor", str(file))
    assert code == 1
    assert "is not what its latest entry follows from" in said
