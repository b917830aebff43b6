"""Triggers that keep ledger, register, certificates, history, evidence, rules and more as they were written.

They bind every role that writes, also by accident, and also if it owns the tables. What erasure and the life of a certificate change is
allowed exactly: an erased person's name, evidence and reasons may be emptied, and nothing else of their rows. `lms db upgrade` takes the
triggers away before it migrates and puts them back, because SQLite copies a table to change it, and a migration may rewrite rows.
"""

from dataclasses import dataclass

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

ERASED = "EXISTS (SELECT 1 FROM enrolment e WHERE e.id = OLD.enrolment_id AND e.evidence_erased_at IS NOT NULL)"
ERASED_CERTIFICATE = (
    "EXISTS (SELECT 1 FROM certificate c JOIN enrolment e ON e.id = c.enrolment_id"
    " WHERE c.id = OLD.certificate_id AND e.evidence_erased_at IS NOT NULL)"
)
ERASED_WORK = (
    "EXISTS (SELECT 1 FROM practice_work w JOIN enrolment e ON e.id = w.enrolment_id"
    " WHERE w.id = OLD.work_id AND e.evidence_erased_at IS NOT NULL)"
)
ERASED_LEARNING = (
    "EXISTS (SELECT 1 FROM registration r JOIN enrolment e ON e.id = r.enrolment_id"
    " WHERE r.id = OLD.registration_id AND e.evidence_erased_at IS NOT NULL)"
)
ERASED_PERSON = "EXISTS (SELECT 1 FROM person p WHERE p.id = OLD.person_id AND NOT p.active)"
MADE_NOBODY = (  # erased, and not only closed
    "EXISTS (SELECT 1 FROM person p WHERE p.id = OLD.person_id AND NOT p.active AND p.username = 'erased-' || p.id)"
)
MADE_NOBODY_BY_ENTRY = (
    "EXISTS (SELECT 1 FROM elsewhere_hours h JOIN person p ON p.id = h.person_id"
    " WHERE h.id = OLD.entry_id AND NOT p.active AND p.username = 'erased-' || p.id)"
)
NEVER = "(1 = 0)"
A_MONTH_AGO = {"postgresql": "now() - interval '30 days'", "sqlite": "datetime('now', '-30 days')"}  # by the database's clock


@dataclass(frozen=True, slots=True)
class Guard:
    """One table: the columns that may change, the condition for that, and the condition under which a row may be deleted."""

    table: str
    columns: tuple[str, ...] = ()
    changed_if: str = NEVER
    deleted_if: str = NEVER


STATE = "(NEW.state = OLD.state OR (OLD.state = 'valid' AND NEW.state IN ('superseded', 'revoked')))"
ENDED = "OLD.state = 'open' AND NEW.state <> 'open'"  # the way of a proposal: once, and never back
DECIDED = "OLD.state <> 'withdrawn' AND NEW.state <> 'open'"  # a question may be decided once more, but is never open again
PERSON = "(NEW.person IS NULL AND NEW.salt IS NULL AND NEW.bundle IS NULL)"
PERSON_KEPT = "({same:person} AND {same:salt} AND {same:bundle})"
DECIDED_SCAN = "(OLD.state = 'claimed' AND NEW.state IN ('confirmed', 'declined'))"  # a claim is decided once
SETTLED_SCAN = "(NEW.state = OLD.state OR (OLD.state = 'measured' AND NEW.state = 'counted'))"
WORK_DATED = "{same:on} AND {same:handed_in_at} AND {same:title}"
WORK_KEPT = f"{WORK_DATED} AND {{same:launch_id}}"
WORK_ERASED = f"NEW.text = '' AND {WORK_DATED} AND ({{same:launch_id}} OR NEW.launch_id IS NULL)"  # an erasure deletes the launch as well
LATEST_DECISION = (  # never NULL, also without a decision: no trigger refuses where a comparison is NULL
    "COALESCE((SELECT d.what FROM practice_decision d WHERE d.work_id = OLD.id ORDER BY d.id DESC LIMIT 1), '')"
)
GUARDS = (
    Guard("ledger_entry"),
    Guard("register_entry", ("reason", "reason_salt"), f"NEW.reason = '' AND NEW.reason_salt = '' AND {ERASED}"),
    Guard("certificate", ("state", "person", "salt", "bundle"), f"{STATE} AND ({PERSON_KEPT} OR ({PERSON} AND {ERASED}))"),
    Guard(
        "certificate_proposal",
        ("state", "ended_at", "ended_by", "reason"),
        f"({ENDED} AND {{same:reason}}) OR (NEW.reason = '' AND {{same:state}} AND {{same:ended_at}} AND {{same:ended_by}} AND {ERASED})",
    ),
    Guard(
        "appeal",
        ("state", "decided_at", "decided_by", "answer", "text"),
        f"({DECIDED} AND {{same:text}}) OR"
        f" (NEW.text = '' AND NEW.answer = '' AND {{same:state}} AND {{same:decided_at}} AND {{same:decided_by}} AND {ERASED})",
    ),
    Guard(
        "waiver",
        ("state", "decided_at", "decided_by", "answer", "statement_id", "reason"),
        "({same:reason} AND (OLD.state = 'proposed' OR (OLD.state = 'approved' AND NEW.state = 'taken-back' AND {same:statement_id})))"
        " OR (NEW.reason = '' AND NEW.answer = '' AND {same:state} AND {same:decided_at} AND {same:decided_by} AND {same:statement_id}"
        f" AND {ERASED})",
    ),
    # a list that follows from the evidence, renewed with it and compared by `lms ledger verify`: whose a hold is never changes
    Guard("held_session", ("flags", "seconds", "state", "raised_at"), "(1 = 1)", deleted_if="(1 = 1)"),
    Guard("issued_file", deleted_if=ERASED_CERTIFICATE),
    Guard(
        "class_change",
        ("before", "after"),
        f"length(NEW.before) <= length(OLD.before) AND length(NEW.after) <= length(OLD.after) AND {ERASED}",
    ),
    Guard(
        "observation",  # a statement may be voided, and one from before format 2 gets its digest
        ("voided", "statement_sha256"),
        "({same:voided} OR NOT OLD.voided) AND ({same:statement_sha256} OR OLD.statement_sha256 IS NULL)",
        deleted_if=ERASED,
    ),
    Guard("registration"),  # stored statements name it, also after an erasure
    Guard("attempt", deleted_if=ERASED_LEARNING),  # starting over leaves attempts: they stop counting by their time
    Guard("answer_key"),  # grades attempts again whenever they are shown; a correction is a new version of the course
    Guard("activity_restart", deleted_if=ERASED_LEARNING),
    Guard(
        "practice_work",  # accepted by a decision; then it stays as it was reviewed, unless that is taken back; an erasure empties its text
        ("on", "text", "state", "handed_in_at", "statement_id", "title", "launch_id"),
        f"(OLD.state <> 'accepted' AND (NEW.state <> 'accepted' OR ({WORK_KEPT} AND {{same:text}} AND {LATEST_DECISION} = 'accepted')))"
        f" OR (OLD.state = 'accepted' AND {WORK_KEPT} AND {{same:text}} AND NEW.state = 'returned' AND {LATEST_DECISION} = 'taken-back')"
        f" OR ({WORK_ERASED} AND {{same:state}} AND {{same:statement_id}} AND {ERASED})",
    ),
    Guard("practice_task", ("withdrawn_at",), "OLD.withdrawn_at IS NULL"),  # what accepted work answers
    Guard("practice_file", deleted_if=ERASED_WORK),
    Guard("practice_decision", ("comment",), f"NEW.comment = '' AND {ERASED_WORK}"),
    Guard("attendance_record", ("note",), f"NEW.note = '' AND {ERASED}"),
    Guard(
        "attendance_mark",
        ("superseded_at", "reason"),
        f"(OLD.superseded_at IS NULL AND {{same:reason}}) OR (NEW.reason = '' AND {{same:superseded_at}} AND {ERASED})",
    ),
    Guard(
        "check_in",  # its statement is made and taken back with the check-ins and check-outs around it
        ("state", "decided_at", "decided_by", "reason", "device", "came_at", "statement_id"),
        f"({{same:device}} AND ({DECIDED_SCAN} OR ({SETTLED_SCAN} AND {{same:reason}} AND {{same:decided_at}} AND {{same:decided_by}})))"
        f" OR (NEW.reason = '' AND NEW.device = '' AND {{same:state}} AND {{same:decided_at}} AND {{same:decided_by}} AND {ERASED})",
    ),
    Guard("enrolment_transfer"),
    Guard("programme_version"),
    # publishing the same content again renews what the check advised, and adds what versions of old did not record
    Guard("course_version", ("warnings", "listings", "bytes", "source_sha256", "source_name"), "(1 = 1)"),
    Guard("account_change"),
    Guard("audit_export"),
    Guard("access_record", ("reason",), f"NEW.reason = '' AND {ERASED_PERSON}", deleted_if="OLD.at < {a month ago}"),
    Guard(
        "elsewhere_hours",
        ("state", "statement_id", "statement_sha256"),
        "OLD.state = 'proposed'"
        " OR (OLD.state = 'approved' AND NEW.state = 'withdrawn' AND {same:statement_id} AND {same:statement_sha256})",
        deleted_if=MADE_NOBODY,
    ),
    Guard("elsewhere_decision", deleted_if=MADE_NOBODY_BY_ENTRY),
    Guard("lifetime_rule"),
    Guard("letterhead"),
    Guard("logo"),
    Guard("signing_certificate", ("revoked_at", "reason"), "OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL"),
)


def install(connection: Connection) -> None:
    """Put the triggers on all tables that are there; triggers from before are replaced."""
    remove(connection)
    there = inspect(connection).get_table_names()
    for one in GUARDS:
        if one.table in there:
            for statement in _statements(one, _columns(connection, one.table), connection.dialect.name):
                connection.exec_driver_sql(statement)


def remove(connection: Connection) -> None:
    """Take all triggers away."""
    there = inspect(connection).get_table_names()
    for one in GUARDS:
        if one.table in there:
            for kind in ("update", "delete", "truncate"):
                on = f" ON {one.table}" if connection.dialect.name == "postgresql" else ""
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS guard_{one.table}_{kind}{on}")
    if connection.dialect.name == "postgresql":
        connection.execute(text("DROP FUNCTION IF EXISTS guard_refuse()"))


def are_there(connection: Connection) -> bool:
    """Say whether the tables have their triggers, all of them as this version writes them."""
    there = set(inspect(connection).get_table_names())
    if not all(one.table in there for one in GUARDS):
        return False
    dialect = connection.dialect.name
    wanted = [text for one in GUARDS for text in _statements(one, _columns(connection, one.table), dialect)]
    if dialect != "postgresql":
        found = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'trigger'").scalars().all()
        return set(wanted) <= set(found)
    bodies = connection.exec_driver_sql("SELECT prosrc FROM pg_proc WHERE proname LIKE 'guard\\_%%'").scalars().all()
    enabled = "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'guard\\_%%' AND tgenabled <> 'D'"
    functions = {text.split("$$")[1].replace("%%", "%") for text in wanted if "$$" in text}
    triggers = sum(text.startswith("CREATE TRIGGER") for text in wanted)
    return functions <= set(bodies) and connection.exec_driver_sql(enabled).scalar() == triggers


def _columns(connection: Connection, table: str) -> list[str]:
    return [column["name"] for column in inspect(connection).get_columns(table)]


def _statements(one: Guard, names: list[str], dialect: str) -> list[str]:
    same = "IS NOT DISTINCT FROM" if dialect == "postgresql" else "IS"

    def kept(name: str) -> str:
        return f"CAST(NEW.{_quoted(name)} AS TEXT) {same} CAST(OLD.{_quoted(name)} AS TEXT)"

    may = one.changed_if
    for name in one.columns:
        may = may.replace(f"{{same:{name}}}", kept(name))
    rest = " AND ".join(kept(name) for name in names if name not in one.columns)
    conditions = {"update": f"({rest}) AND ({may})", "delete": one.deleted_if.replace("{a month ago}", A_MONTH_AGO[dialect])}
    if dialect == "postgresql":
        return _on_postgresql(one.table, conditions)
    return [
        f"CREATE TRIGGER guard_{one.table}_{kind} BEFORE {kind.upper()} ON {one.table} WHEN NOT ({condition})"
        f" BEGIN SELECT RAISE(ABORT, 'rows of {one.table} are never changed or deleted'); END"
        for kind, condition in conditions.items()
    ]


def _on_postgresql(table: str, conditions: dict[str, str]) -> list[str]:
    """Write the triggers for PostgreSQL. A condition with a subquery cannot stand in WHEN, so each table has a function for each event."""
    refuse = (
        "CREATE OR REPLACE FUNCTION guard_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'rows of %% are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
    )
    made = [refuse, f"CREATE TRIGGER guard_{table}_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION guard_refuse()"]
    for kind, condition in conditions.items():
        result = "NEW" if kind == "update" else "OLD"
        made.append(
            f"CREATE OR REPLACE FUNCTION guard_{table}_{kind}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT ({condition}) THEN"
            f" RAISE EXCEPTION 'rows of {table} are never changed or deleted' USING ERRCODE = 'restrict_violation'; END IF;"
            f" RETURN {result}; END $$"
        )
        event = f"BEFORE {kind.upper()} ON {table} FOR EACH ROW"
        made.append(f"CREATE TRIGGER guard_{table}_{kind} {event} EXECUTE FUNCTION guard_{table}_{kind}()")
    return made


def _quoted(name: str) -> str:
    return f'"{name}"'
