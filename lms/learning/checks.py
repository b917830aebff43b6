"""Complete a reading or a film with checks only when the site has judged every check right.

The content says that it is completed: that all pages were opened, or the film was played. That is stored, and proves nothing by itself.
When every check was judged right as well, whichever comes first, the LMS states `completed`, and this statement is the evidence. So a
page that only claims right answers completes nothing. The statement names each check with the digest of its entry in the answer key; the
answers themselves are not kept.

It is so for activities with the grading "checks", which a course version states; versions published before let the content alone decide.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.answer_key import is_of_checks
from courses.strict_json.canonical import digest_of
from lms import vocabulary as v
from lms.catalogue.models import AnswerKey
from lms.learning import restarts, stating
from lms.learning.models import CheckProgress, Launch
from lms.learning.state import lock
from xapi.documents import DocumentRequest
from xapi.queries import find_many
from xapi.statements import ResponseShape, StatementsQuery, Usage, iri_key, stored

MOST_READ = 50  # statements of each verb, the earliest

Key = Mapping[str, Any]


def completes(statement: Mapping[str, Any], iri: str) -> bool:
    """Say whether a content's statement says that the activity itself is completed."""
    target, result = statement.get("object", {}), statement.get("result") or {}
    if target.get("id") != iri:
        return False
    verb, completion = statement.get("verb", {}).get("id"), result.get("completion")
    return bool((verb == v.COMPLETED and completion is not False) or (verb in v.ENDING and completion is True))


def note_right(session: Session, launch: Launch, right: Sequence[str], public_url: str, now: datetime) -> int:
    """Note checks that were judged right just now; return how many statements that led to."""
    key = _key(session, launch)
    if key is None:
        return 0
    lock(session, launch)
    row = _row(session, launch)
    row.right = {**row.right, **{name: digest_of(key["questions"][name]) for name in right}}
    return _state(session, launch, row, key, public_url, now)


def note_said(session: Session, launch: Launch, public_url: str, now: datetime) -> int:
    """Note that the content said that it is completed; return how many statements that led to."""
    key = _key(session, launch)
    if key is None:
        return 0
    lock(session, launch)
    row = _row(session, launch)
    row.said_at = row.said_at or now
    return _state(session, launch, row, key, public_url, now)


def judged_right(session: Session, launch: Launch, public_url: str, now: datetime) -> list[str] | None:
    """Return the checks that the site has judged right so far; None if the content alone decides.

    A learner who completed the activity under an earlier version, in which the content alone decided, has nothing to answer again.
    """
    key = _key(session, launch) if launch.judged else None
    if key is None or _was_completed(session, launch, public_url, now):
        return None
    row = session.get(CheckProgress, (launch.registration_id, launch.activity))
    return sorted(_right(row, key)) if row else []


def _was_completed(session: Session, launch: Launch, public_url: str, now: datetime) -> bool:
    """Say whether the content alone completed the activity since it was last started over: under a launch without judged checks."""
    own = (Launch.registration_id == launch.registration_id, Launch.activity == launch.activity)
    earlier = set(map(str, session.scalars(select(Launch.id).where(*own, Launch.judged.is_(False)))))
    if not earlier:
        return False
    iri, since = stating.subject_of(session, launch, public_url).iri, restarts.last(session, launch)
    for verb in (v.COMPLETED, *sorted(v.ENDING)):
        keys = ((launch.registration_id, Usage.REGISTRATION), (iri_key(iri), Usage.ACTIVITY), (iri_key(verb), Usage.VERB))
        query = StatementsQuery(keys, since=since, until=None, limit=MOST_READ, ascending=True, shape=ResponseShape())
        found = map(stored, find_many(session, query, None, now)[0])
        if any(completes(one, iri) and one["context"]["extensions"].get(v.LAUNCH) in earlier for one in found):
            return True
    return False


def _key(session: Session, launch: Launch) -> Key | None:
    own = (AnswerKey.course_version_id == launch.course_version_id, AnswerKey.activity == launch.activity)
    key = session.scalar(select(AnswerKey.document).where(*own)) if launch.judged else None
    return key if key is not None and is_of_checks(key) else None


def _row(session: Session, launch: Launch) -> CheckProgress:
    row = session.get(CheckProgress, (launch.registration_id, launch.activity), populate_existing=True)
    if row is None:
        row = CheckProgress(registration_id=launch.registration_id, activity=launch.activity, right={})
        session.add(row)
    return row


def _right(row: CheckProgress, key: Key) -> set[str]:
    """Return the checks of this version that were judged right: of one that was changed since then the answer was another."""
    return {name for name, question in key["questions"].items() if row.right.get(name) == digest_of(question)}


def _state(session: Session, launch: Launch, row: CheckProgress, key: Key, public_url: str, now: datetime) -> int:
    """State `completed` once: when the content has said so, and no check is open."""
    done = row.said_at is not None and row.stated_at is None and len(_right(row, key)) == len(key["questions"])
    if done:
        row.stated_at = now
        result = {"completion": True, "extensions": {v.CHECKS: {name: row.right[name] for name in sorted(key["questions"])}}}
        subject = stating.subject_of(session, launch, public_url)
        name = f"checks/{stating.iso(now)}"  # with the moment, because an activity that is started over may be completed once more
        stating.store(session, [stating.own_statement(subject, name, v.COMPLETED, now, result=result)], public_url, now)
    session.flush()
    return int(done)


class ChecksProfile:
    """Completes an activity whose checks the site judges, when its content says so (`xapi.documents.Profile`); it refuses nothing."""

    def __init__(self, launch_id: object, iri: str, public_url: str) -> None:
        self._launch_id, self._iri, self._public_url = launch_id, iri, public_url
        self._said = False

    def admit(self, _session: Session, statements: Sequence[Mapping[str, Any]], _now: datetime) -> None:
        """Notice whether one of them says that the activity is completed."""
        self._said = any(completes(one, self._iri) for one in statements)

    def stored(self, session: Session, now: datetime) -> None:
        """State that the activity is completed, if every check was judged right before."""
        if self._said and (launch := session.get(Launch, self._launch_id)) is not None:
            note_said(session, launch, self._public_url, now)

    def document(self, request: DocumentRequest) -> None:
        """Refuse no document."""
