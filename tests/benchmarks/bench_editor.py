"""How long does the editor take to save a change of a draft with 300 activities? Beside it, the same document is read and written back."""

from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any

from sqlalchemy import select, update

from lms.accounts.account_changes import By
from lms.accounts.models import Person
from lms.workshop import drafts, history
from lms.workshop.documents import new_document
from lms.workshop.models import Draft
from lms.workshop.outcome import faults_of
from tests.benchmarks.measuring import Subject, compare, here
from tests.benchmarks.places import Places, Site

ACTIVITIES, MODULES = 300, 20
BEGIN = datetime(2026, 3, 1, 2, tzinfo=UTC)
AIM = "100 ms"
NUMBERS = count(1)


def main(places: Places) -> None:
    """Measure on both databases, in this process: all that one request does beside HTTP and the session."""
    for kind in places.effort.kinds:
        site = places.site(kind)
        draft_id, by = _fill(site)
        print(f"{kind}, a draft with {ACTIVITIES} activities")
        compare(
            [
                Subject("document written", here(partial(_write, site, draft_id))),
                *(Subject(name, here(partial(act, site, draft_id, by)), ("document written",), AIM) for name, act in ACTS.items()),
            ],
            places.effort,
        )


def _write(site: Site, draft_id: int) -> None:
    with site.database.writer() as session, session.begin():
        document = session.scalars(select(Draft.document).where(Draft.id == draft_id)).one()
        session.execute(update(Draft).where(Draft.id == draft_id).values(document=document))


def _save(site: Site, draft_id: int, by: By) -> None:
    number = next(NUMBERS)
    _change(site, draft_id, by, lambda one: {"do": "set", "field": "minutes", "was": one["minutes"], "to": 1 + number % 60})


def _move(site: Site, draft_id: int, by: By) -> None:
    _change(site, draft_id, by, lambda _one: {"do": "move", "module": f"m{next(NUMBERS) % MODULES}", "after": None})


def _change(site: Site, draft_id: int, by: By, step: Any) -> None:
    """Change one of the activities as the view does, with the problems that it answers."""
    with site.app.test_request_context(), site.database.writer() as session, session.begin():
        draft = drafts.own(session, draft_id, session.get_one(Person, by.person_id), lock=True)
        one = drafts.activity_of(draft, f"a{next(NUMBERS) % ACTIVITIES}")
        history.change(session, draft, [{**step(one), "of": "activity", "key": one["key"]}], by)
        faults_of(session, draft)


def _undo(site: Site, draft_id: int, by: By) -> None:
    with site.app.test_request_context(), site.database.writer() as session, session.begin():
        draft = session.get_one(Draft, draft_id, with_for_update=True)
        history.undo(session, draft, by)
        faults_of(session, draft)
        history.may_turn(session, draft, by.person_id or 0)


def _fill(site: Site) -> tuple[int, By]:
    """Begin a draft; its files are not looked at when a change is saved."""
    with site.database.writer() as session, session.begin():
        person = session.scalars(select(Person).limit(1)).one()
        by = By(person.id, BEGIN)
        document = {**new_document("bench-editor", "zh"), "title": {"zh": "三百个活动", "en": "Three hundred activities"}}
        each = ACTIVITIES // MODULES
        document["modules"] = [
            {"key": f"m{n}", "title": {"zh": f"第{n}单元", "en": f"Part {n}"}, "activities": [_activity(n * each + m) for m in range(each)]}
            for n in range(MODULES)
        ]
        return drafts.begin(session, document, person, by).id, by


def _activity(number: int) -> dict[str, Any]:
    title = {"zh": f"第{number}个活动", "en": f"Activity {number}"}
    plain = {"format": "h5p", "minutes": 10, "requires": {"completed": True}, "grading": "none", "suggested": 10}
    source = {"name": f"{number}.h5p", "sha256": f"{number:064x}", "bytes": 100_000}
    summary = {"zh": "三个课堂片段。" * 5, "en": "Three scenes. " * 5}
    place = {"key": f"a{number}", "entry": f"activities/a{number}", "files": f"{number:064x}"}
    return {**plain, **place, "title": title, "summary": summary, "source": source}


ACTS = {"minutes saved": _save, "activity moved": _move, "undone": _undo}
