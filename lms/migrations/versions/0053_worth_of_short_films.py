"""Decide again what films of a few seconds are worth: a course of one film of 4 s could never be finished.

Until now a film of less than 10 s was worth every second of its stated length, and browsers may not play the last one. The worker decides
these accounts once more; an empty verdict says that it has not come yet.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0047"
branch_labels = None
depends_on = None

AT_ONCE = 500
SHORT_S = 10
# a transferred person keeps the courses of earlier classes
ENROLMENTS = """UPDATE enrolment SET verdict = '' WHERE transferred
OR class_id IN (SELECT class_id FROM class_course WHERE course_version_id IN :ids)
OR class_id IN (SELECT class_id FROM session_replacement WHERE course_version_id IN :ids)"""
CLASSES = """UPDATE training_class SET following_after = 0 WHERE id IN (SELECT class_id FROM enrolment WHERE transferred)
OR id IN (SELECT class_id FROM class_course WHERE course_version_id IN :ids)
OR id IN (SELECT class_id FROM session_replacement WHERE course_version_id IN :ids)"""


def upgrade() -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, document FROM course_version")).all()
    versions = [number for number, document in rows if _is_concerned(document)]
    for start in range(0, len(versions), AT_ONCE):
        _decide_again(connection, versions[start : start + AT_ONCE])


def downgrade() -> None:
    """Nothing to undo: the worker decides the accounts again by the rules of the program that runs."""


def _is_concerned(document: Any) -> bool:
    course = json.loads(document) if isinstance(document, str) else document
    lengths = [one.get("media_seconds") for module in course.get("modules", ()) for one in module["activities"]]
    return any(one is not None and one < SHORT_S for one in lengths)


def _decide_again(connection: sa.Connection, versions: list[int]) -> None:
    for statement in (ENROLMENTS, CLASSES):
        connection.execute(sa.text(statement).bindparams(sa.bindparam("ids", expanding=True)), {"ids": versions})
