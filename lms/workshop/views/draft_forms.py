"""Forms inside a draft: an activity is made or mended, and goes into the course."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from msgspec import Meta, field
from sqlalchemy.orm import Session

from courses.authoring.activity_document import ActivityDocument
from courses.formats.format import SANDBOX
from courses.outline import Text
from lms.accounts.access import person, requires
from lms.accounts.account_changes import By
from lms.accounts.models import TRAINER
from lms.clock import now
from lms.db import release, session, transaction
from lms.errors import Conflict, NotFound, NotSignedIn
from lms.i18n import pick
from lms.site_settings import site_settings
from lms.storage import storage
from lms.web.amounts import whole_number
from lms.web.json_bodies import body_of, json_reply
from lms.workshop import draft_forms, drafts, history, once
from lms.workshop.counting import Admit, counted_for
from lms.workshop.documents import title_in
from lms.workshop.edits import find
from lms.workshop.form_words import type_words
from lms.workshop.intake import CheckedFile, DraftActivity
from lms.workshop.models import Draft
from lms.workshop.placing import Placing
from lms.workshop.views.authoring import DOCUMENT_BYTES, MOST_EARLIER, DocumentBody, Token, config_of, document_of, kept_name, refused
from lms.workshop.views.blueprint import bp

LONGEST_SEEN = 64
OPENED_BY = "person"  # in the address, because a colleague who may not see the draft is asked this first


class PutBody(DocumentBody):
    """The document of a form; `seen` is the `seen_of` the activity when the form was opened, empty for a new activity.

    The browser makes `token`, so that a document whose answer was lost and that is sent again is put in once. `earlier` are the tokens
    of documents that the same form sent before and of which it heard nothing.
    """

    seen: Annotated[str, Meta(max_length=LONGEST_SEEN)] = ""
    token: Token = ""
    earlier: Annotated[list[Token], Meta(max_length=MOST_EARLIER)] = field(default_factory=list)


@bp.url_value_preprocessor
def _allow_documents(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Set the limit before the request is read (the check for forged forms reads it)."""
    if endpoint in {"workshop.put_new", "workshop.put_again"}:
        request.max_content_length = DOCUMENT_BYTES


@bp.get("/workshop/drafts/<int:draft_id>/forms/<kind>")
@requires(TRAINER)
def new_form(draft_id: int, kind: str) -> ResponseReturnValue:
    """Show the form of a new activity of a draft."""
    drafts.own(session(), draft_id, person())
    if kind not in type_words():
        raise NotFound(_("There is no such type of activity."))
    return _page(draft_id, kind, url_for(".put_new", draft_id=draft_id), None)


@bp.get("/workshop/drafts/<int:draft_id>/activities/<key>/form")
@requires(TRAINER)
def filled_form(draft_id: int, key: str) -> ResponseReturnValue:
    """Show the form of an activity of a draft, with what it has."""
    activity = drafts.activity_of(drafts.own(session(), draft_id, person()), key)
    found = draft_forms.values_in(storage(), activity)
    if found is None:
        raise NotFound(_("No form can edit this activity. Replace its file instead."))
    return _page(draft_id, found["type"], url_for(".put_again", draft_id=draft_id, key=key), (activity, found))


def _page(draft_id: int, kind: str, save: str, filled: tuple[DraftActivity, dict[str, Any]] | None) -> str:
    config = config_of(kind)
    activity, document = filled or (None, None)
    config["kept"] = kept_name(kind, draft_id, activity["key"] if activity else "")
    if activity is None:  # a file of another type opens in the form of that type
        config["forms"] = {
            one: {"url": url_for(".new_form", draft_id=draft_id, kind=one), "kept": kept_name(one, draft_id, "")} for one in type_words()
        }
    config["document"] = document
    config["seen"] = draft_forms.seen_of(activity) if activity else ""
    config["urls"] |= {"save": f"{save}?{urlencode({OPENED_BY: person().id})}"}
    back = url_for(".editor", draft_id=draft_id)
    return render_template("workshop/activity_form.html", kind=kind, words=type_words()[kind], config=config, sandbox=SANDBOX, back=back)


@bp.post("/workshop/drafts/<int:draft_id>/forms")
@requires(TRAINER)
def put_new(draft_id: int) -> ResponseReturnValue:
    """Put a new activity into a draft."""
    return _put(draft_id, None)


@bp.post("/workshop/drafts/<int:draft_id>/activities/<key>/form")
@requires(TRAINER)
def put_again(draft_id: int, key: str) -> ResponseReturnValue:
    """Give an activity of a draft other content."""
    return _put(draft_id, key)


def _put(draft_id: int, key: str | None) -> Response:
    settings = site_settings()
    _demand_same_person(request.args.get(OPENED_BY, type=whole_number))
    draft = drafts.own(session(), draft_id, person())
    sent: PutBody = body_of(PutBody, DOCUMENT_BYTES)
    key = _put_before(session(), draft, sent) if key is None else drafts.activity_of(draft, key)["key"]
    admit = counted_for(draft.organisation_id, settings)
    document: ActivityDocument = document_of(sent.document)
    release()
    placed = _put_checked(draft_id, key, sent, document, admit)
    while isinstance(placed, _MadeMeanwhile):  # once: then there is a key
        placed = _put_checked(draft_id, placed.key, sent, document, admit)
    return placed


@dataclass(frozen=True, slots=True)
class _MadeMeanwhile:
    """Another request of the same form put its activity into the draft while this one was being checked."""

    key: str


def _put_checked(draft_id: int, key: str | None, sent: PutBody, document: ActivityDocument, admit: Admit) -> Response | _MadeMeanwhile:
    found = draft_forms.checked(storage(), document, admit, key)
    if isinstance(found, list):
        raise refused(found)
    tokens = [one for one in (sent.token, *sent.earlier) if one]
    with transaction() as writing:
        draft = drafts.own(writing, draft_id, person(), lock=True)
        before = draft_forms.placed_by(history.known_change(writing, draft, sent.token)) if sent.token else None
        before = before or _known(draft, once.made_with(writing, tokens[:1], person().id))  # one that was sent later was faster
        if before is None and key is None and (made := _put_before(writing, draft, sent)) is not None:
            return _MadeMeanwhile(made)
        placed = before or _placed(writing, draft, found, document, sent)
        once.note(writing, tokens, placed, By(person().id, now()))
        seen = draft_forms.seen_of(drafts.activity_of(draft, placed))
    if before is None:
        flash(_("“%(title)s” is in the course now.", title=document.title), "success")
    return _answer(draft_id, placed, document.type, seen)


def _demand_same_person(opened_by: int | None) -> None:
    """Refuse a form that somebody else opened: it waited for a sign-in, and saves by itself, but never under another name."""
    if opened_by not in {None, person().id}:
        words = _("You have been signed out. Sign in on another page of this browser, then try again here: what you typed is kept.")
        raise NotSignedIn(words, code="person")


def _put_before(reading: Session, draft: Draft, sent: PutBody) -> str | None:
    """Return the activity that this form has put into the draft already: the answer was lost, and its author has typed on."""
    return _known(draft, draft_forms.placed_by(history.latest_known(reading, draft, sent.earlier, person().id)))


def _known(draft: Draft, key: str | None) -> str | None:
    return key if key is not None and find(draft.document, "activity", key) is not None else None


def _is_own_latest(writing: Session, draft: Draft, sent: PutBody, activity: DraftActivity) -> bool:
    """Say whether an activity is as this form has saved it: its author has not seen the answer, but nobody else has changed it."""
    before = history.latest_known(writing, draft, sent.earlier, person().id)
    key = draft_forms.placed_by(before)
    return before is not None and key == activity["key"] and history.is_latest_of(writing, before, activity["key"])


def _placed(writing: Session, draft: Draft, found: CheckedFile, document: ActivityDocument, sent: PutBody) -> str:
    """Put a checked file into a locked draft and return the activity's key."""
    title = Text(document.title, document.title)
    old = find(draft.document, "activity", found.activities[0]["key"])
    if old is not None and not _is_own_latest(writing, draft, sent, old):
        _demand_unchanged(old, sent.seen)
    if old is not None and title_in(old)["zh"] == document.title:
        title = Text(old["title"]["zh"], old["title"]["en"])  # the form has one title; the other language's stays
    (placed,) = drafts.put_activity(writing, draft, found, By(person().id, now()), Placing(title=title, token=sent.token or None))
    return placed


def _answer(draft_id: int, key: str, kind: str, seen: str) -> Response:
    """Say where to go on: in the draft, or in the form of the activity for somebody who has typed on in the meantime."""
    reply = {
        "next": f"{url_for('.editor', draft_id=draft_id)}#activity-{key}",
        "form": url_for(".filled_form", draft_id=draft_id, key=key),
        "kept": kept_name(kind, draft_id, key),
        "seen": seen,
    }
    return json_reply(reply)


def _demand_unchanged(activity: DraftActivity, seen: str) -> None:
    if seen != draft_forms.seen_of(activity):
        said = _("Nothing was saved, because somebody changed this activity after you opened it.")
        kept = _("Your text stays on this device. Open the form again to choose which version to keep.")
        raise Conflict(pick(f"{said}{kept}", f"{said} {kept}"))
