"""Begin drafts, find them, and put activities into them (`history` changes what is there).

**The seam for authoring forms.** A form that makes or mends an activity's file calls two functions, the first outside the transaction:

    admit = counted_for(draft.organisation_id, settings)    # counts the contents toward the storage limit
    checked = intake.take_in(storage(), path, admit, key)   # or a list of problems; `key` None makes a new activity
    with transaction() as writing:
        draft = drafts.own(writing, draft_id, person(), lock=True)
        [key] = drafts.put_activity(writing, draft, checked, By(person().id, now()), Placing(title=…, module=…))

`drafts.content_of(storage(), drafts.activity_of(draft, key))` returns the files and the answer key of an activity, to fill the form with.
The editor's page has a place for links to such forms: `templates/workshop/_new_activity.html`.
Their addresses begin with `/workshop/drafts/<id>/`.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from courses.formats.cmi5 import folder_of
from courses.formats.cmi5_values import FOLDER
from lms.accounts.account_changes import By
from lms.accounts.models import Person
from lms.catalogue import contents, publish
from lms.catalogue.models import AnswerKey, CourseVersion
from lms.errors import Conflict, NotFound
from lms.i18n import pick
from lms.storage import Storage
from lms.workshop.areas import area_of
from lms.workshop.documents import AREA, document_of, new_document
from lms.workshop.edits import DraftDocument, activities_of, find
from lms.workshop.history import LONGEST_TITLE, change, write
from lms.workshop.intake import CheckedFile, DraftActivity, hash_of_answers, is_unit, moved_package, put_answers
from lms.workshop.models import Draft
from lms.workshop.own_types import own_type
from lms.workshop.placing import Placing, steps_to_place

# -- Beginning and finding


def begin(session: Session, document: DraftDocument, by: Person, at: By, version: CourseVersion | None = None) -> Draft:
    """Begin a draft with a document; `version` is the published version that it mends."""
    owner = version.course.organisation_id if version else by.organisation_id
    draft = Draft(organisation_id=owner, created_by=by.id, version_id=version.id if version else None, created_at=at.at, touched_at=at.at)
    write(draft, document)
    session.add(draft)
    session.flush()
    return draft


def begin_new(session: Session, by: Person, at: By, language: str = "zh") -> Draft:
    """Begin a new course; its code can be changed until it is published."""
    return begin(session, new_document(f"course-{secrets.token_hex(4)}", language), by, at)


def begin_from(session: Session, storage: Storage, version: CourseVersion, by: Person, at: By) -> Draft:
    """Begin a draft that becomes the next version of a course.

    Raises:
        Conflict: the version's files are not where drafts need them, or it is a package that only its own tool can change.
        NotFound: the course is not the person's to change.
    """
    if not publish.may_publish(session, version.course, by):
        raise NotFound(_("There is no such course, or it is not yours to change."))
    return begin(session, published_document(session, storage, version), by, at, version)


def published_document(session: Session, storage: Storage, version: CourseVersion) -> DraftDocument:
    """Return a published version as the document of a draft.

    Raises:
        Conflict: see `begin_from`.
    """
    document = _document_with(session, version, partial(put_answers, storage))
    for one in activities_of(document):
        if is_unit(one["format"]):
            one["entry"], moved = _moved_unit(storage, one)
            one["files"] = contents.put_listing(storage, moved)
        if type_ := own_type(one, partial(contents.read, storage, one["files"])):
            one["type"] = type_
    return document


def document_to_compare(session: Session, storage: Storage, version: CourseVersion) -> DraftDocument:
    """Return the same for reading only: nothing is stored.

    Raises:
        Conflict: see `begin_from`.
    """
    document = _document_with(session, version, hash_of_answers)
    for one in activities_of(document):
        if is_unit(one["format"]):
            one["entry"], moved = _moved_unit(storage, one)
            one["files"] = moved.sha256
    return document


def _moved_unit(storage: Storage, activity: DraftActivity) -> tuple[str, contents.Listing]:
    """Return the entry and the files of a unit as drafts have them: an uploaded package lies at the top of its course.

    Raises:
        NotFound: the listing of its files has vanished.
    """
    listing = contents.listing_by(storage, activity["files"])
    if listing is None:
        raise NotFound(vanished_words())
    return moved_package(activity["entry"], listing, folder_of(activity["entry"]) or FOLDER)


def _document_with(session: Session, version: CourseVersion, hash_of: Callable[[Mapping[str, Any]], str]) -> DraftDocument:
    if version.listings is None:
        raise Conflict(_("This course cannot be edited here. Upload its package again first."))
    keys = session.scalars(select(AnswerKey).where(AnswerKey.course_version_id == version.id))
    found = document_of(version.document, version.listings, {one.activity: hash_of(one.document) for one in keys})
    area = area_of(session, version.course_id)
    return found if area is None else {**found, AREA: area}


def copy(session: Session, draft: Draft, by: Person, at: By) -> Draft:
    """Begin a new course with the content of a draft, under a code of its own; hours are kept apart by the code."""
    title = {language: text and f"{text} {_('(copy)')}"[:LONGEST_TITLE] for language, text in draft.document["title"].items()}
    return begin(session, {**draft.document, "code": f"course-{secrets.token_hex(4)}", "title": title}, by, at)


def own(session: Session, draft_id: int, by: Person, *, lock: bool = False) -> Draft:
    """Return a draft that a person may change: of their organisation or one below it.

    Raises:
        NotFound: there is none (any more), or it is somebody else's.
    """
    draft = session.get(Draft, draft_id, options=[undefer(Draft.document)] if lock else (), with_for_update=lock)
    if draft is None or not publish.owns(session, draft.organisation_id, by):
        raise NotFound(_("This draft is not there (any more), or it is not yours."))
    return draft


def activity_of(draft: Draft, key: str) -> DraftActivity:
    """Return an activity of a draft.

    Raises:
        NotFound: it is gone.
    """
    found = find(draft.document, "activity", key)
    if found is None:
        raise NotFound(_("This activity is not in the draft any more. Go back to the draft; undo brings it back."))
    return found


def vanished(storage: Storage, activity: DraftActivity) -> bool:
    """Say whether a file of an activity, or its answer key, is not in the file store any more."""
    listing = contents.listing_by(storage, activity["files"])
    if listing is None:
        return True
    names = [one.object_name for one in listing.files.values()]
    if "answers" in activity:
        names.append(contents.StoredFile(activity["answers"], 0).object_name)
    return any(storage.size(one) is None for one in names)


def vanished_words() -> str:
    """Return what to do about it."""
    said = _("Files of this activity are not on the site any more.")
    todo = _("Open the activity in the draft and choose its file again under “Other file”. Its titles and minutes are kept.")
    return pick(f"{said}{todo}", f"{said} {todo}")


def content_of(storage: Storage, activity: DraftActivity) -> tuple[Callable[[str], bytes | None], dict[str, Any] | None]:
    """Return a reader of an activity's files by their names in the package (below its `entry`), and its answer key.

    Raises:
        NotFound: files have vanished.
    """
    if vanished(storage, activity):
        raise NotFound(vanished_words())
    answers = activity.get("answers")
    key = json.loads(storage.get(contents.StoredFile(answers, 0).object_name)) if answers else None
    return lambda name: contents.read(storage, activity["files"], name), key


# -- Activities


def put_activity(session: Session, draft: Draft, checked: CheckedFile, by: By, placing: Placing | None = None) -> list[str]:
    """Put a checked file into a locked draft: a key that is there gets the new file and keeps its title; return the activities' keys.

    The minutes and the conditions stay if the new file is of the same kind and allows them. Units that the new version of their cmi5
    package does not have are removed.

    Raises:
        Conflict: the draft is published.
    """
    placing = placing or Placing()
    change(session, draft, steps_to_place(draft.document, checked, placing), by, placing.token)
    return [one["key"] for one in checked.activities]
