"""Does the nightly sweep read every column that may name a content of the file store?"""

import importlib
import pkgutil

from sqlalchemy import JSON, Column

import lms
from lms.db import Base
from lms.workshop.references import SELECTS

# Columns that hold JSON or a SHA-256, and name nothing in `files/` or `listings/`.
NAMES_NO_CONTENT = {
    "its own files, in the listing of the version": ("answer_key.document", "course_version.document"),
    "names of files in a listing that `package_sha256` names": ("h5p_library.files",),
    "sentences and numbers": (
        "course_version.warnings",
        "draft.problems",
        "upload.problems",
        "upload.parts",
        "removal.held",
        "ledger_check.findings",
        "letterhead.wordings",
        "job.plan",
        "unit_preview.reports",
        "unit_preview.unit",
    ),
    "an upload or a draft by its number": ("job.params",),
    "rules and facts about classes, hours and certificates": (
        "lifetime_rule.document",
        "programme_version.document",
        "session_replacement.sessions",
        "session_replacement.people",
        "certificate.facts",
        "certificate.person",
        "certificate.rules",
    ),
    "ids of questions, statements, accounts and other stores": (
        "attempt.answers",
        "attempt.drawn",
        "check_progress.right",
        "ledger_entry.evidence",
        "erasure.agents",
        "forward.filter",
    ),
    "files in folders of their own": ("erasure.files", "letterhead.logo_sha256", "logo.sha256", "elsewhere_hours.document_sha256"),
    "what the sweep itself counts": ("workshop_file.sha256",),
    "the hash of a record, a page or a secret": (
        "audit_export.manifest_sha256",
        "certificate.bundle_sha256",
        "certificate.person_sha256",
        "course_version.document_sha256",
        "elsewhere_hours.statement_sha256",
        "enrolment.certificate_sha256",
        "enrolment.class_sha256",
        "enrolment.enrolment_sha256",
        "enrolment.evidence_sha256",
        "import_aside.sha256",
        "issued_file.sha256",
        "issued_file.signer_sha256",
        "ledger_entry.class_sha256",
        "ledger_entry.enrolment_sha256",
        "ledger_entry.evidence_sha256",
        "ledger_entry.policy_sha256",
        "lifetime_rule.sha256",
        "login_session.token_sha256",
        "observation.statement_sha256",
        "programme_version.sha256",
        "register_entry.contents_sha256",
        "register_entry.reason_sha256",
        "signing_certificate.sha256",
        "training_class.changes_sha256",
    ),
}


def columns_that_may_name_contents() -> set[str]:
    for module in pkgutil.walk_packages(lms.__path__, "lms."):
        if module.name.endswith("models"):
            importlib.import_module(module.name)
    return {str(one) for table in Base.metadata.tables.values() for one in table.columns if _may_hold_a_hash(one)}


def _may_hold_a_hash(column: Column[object]) -> bool:
    return isinstance(column.type, JSON) or "sha256" in column.name


def test_every_column_that_may_name_a_content_is_read_or_is_known_to_name_none() -> None:
    read = {str(column) for one in SELECTS for column in one.selected_columns}
    excepted = {one for names in NAMES_NO_CONTENT.values() for one in names}
    assert not read & excepted
    assert columns_that_may_name_contents() == (read & columns_that_may_name_contents()) | excepted
