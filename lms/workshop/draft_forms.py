"""Fill a form with an activity of a draft, and put what a form makes into the draft."""

import json
from typing import Any

from courses.authoring.activity_document import TYPES, ActivityDocument, document_json, read_document
from courses.authoring.checks import whole_checks
from courses.authoring.whole_quiz import whole_quiz
from courses.formats import own
from courses.formats.h5p_content import CONTENT, MAIN
from courses.strict_json.canonical import digest_of
from courses.strict_json.problem import Problem
from lms.storage import Storage
from lms.workshop import authoring, drafts, intake
from lms.workshop.counting import Admit
from lms.workshop.documents import title_in
from lms.workshop.intake import CheckedFile, DraftActivity
from lms.workshop.models import DraftChange
from lms.workshop.own_types import head_of, type_of


def form_of(storage: Storage, activity: DraftActivity) -> str | None:
    """Return the type whose form edits an activity of a draft; None if there is no form for it."""
    found = document_in(storage, activity) if activity["format"] == "h5p" else None
    return found.type if isinstance(found, ActivityDocument) else None


def document_in(storage: Storage, activity: DraftActivity) -> ActivityDocument | list[Problem]:
    """Return the document of an activity of a draft, made of what is served and its answer key; or why no form can edit it."""
    read, key = drafts.content_of(storage, activity)
    about, body = head_of(activity, read), _json(read(f"{activity['entry']}/{CONTENT}"))
    type_ = type_of(about)
    if type_ is None:
        return [Problem("not-our-type", MAIN, {"kind": str(about.get("mainLibrary"))})]
    if TYPES[type_].machine == own.QUIZ:
        if key is None:
            return [Problem("no-answers-inside", CONTENT)]
        body = whole_quiz(body, key)
    elif key is not None:
        body = whole_checks(TYPES[type_].machine, body, key)
    body.pop("l10n", None)
    return read_document({"type": type_, "title": title_in(activity)["zh"], "language": about.get("language") or "zh", **body})


def values_in(storage: Storage, activity: DraftActivity) -> dict[str, Any] | None:
    """Return the document of an activity as JSON for its form; None if no form can edit it."""
    found = document_in(storage, activity)
    return document_json(found) if isinstance(found, ActivityDocument) else None


def seen_of(activity: DraftActivity) -> str:
    """Return a fingerprint of what the form of an activity shows; it changes when somebody saves other content or another title."""
    return digest_of([activity["files"], activity.get("answers"), title_in(activity)["zh"]])


def placed_by(earlier: DraftChange | None) -> str | None:
    """Return the key of the activity that an earlier change of a form put into the draft or changed there."""
    if earlier is None:
        return None
    keys = [one["value"]["key"] if one["do"] == "insert" else one["key"] for one in earlier.steps if one["of"] == "activity"]
    return keys[0] if keys else None


def checked(storage: Storage, document: ActivityDocument, admit: Admit, key: str | None) -> CheckedFile | list[Problem]:
    """Make the `.h5p` of a document and take it in for a draft, with its answers apart; `key`: the activity that it replaces."""
    with authoring.made(storage, document, f"{document.type}.h5p") as path:
        return path if isinstance(path, list) else intake.take_in(storage, path, admit, key)


def _json(content: bytes | None) -> dict[str, Any]:
    found = json.loads(content) if content is not None else {}
    return found if isinstance(found, dict) else {}
