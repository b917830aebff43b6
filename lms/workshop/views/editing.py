"""The editor: a draft's parts on one page, changed by small requests, each acknowledged only when it is stored."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from courses.formats import FORMATS, uploads
from courses.strict_json.problem import Problem
from courses.strict_json.reader import LONGEST_SLUG
from lms.accounts.access import person, requires
from lms.accounts.account_changes import By
from lms.accounts.models import TRAINER
from lms.catalogue import contents, listing, receiving
from lms.catalogue.gates import format_words, gate_words, icon_of, upload_words
from lms.catalogue.views.resumable import announce
from lms.catalogue.views.uploading import card_of
from lms.clock import now
from lms.db import session, transaction
from lms.errors import NotFound
from lms.i18n import in_words, pick
from lms.storage import storage
from lms.web.json_bodies import body_of, json_reply
from lms.workshop import draft_forms, drafts, film_captions, history, once
from lms.workshop.areas import known_areas
from lms.workshop.documents import KINDS, title_of, values_of
from lms.workshop.edits import EditConflict, Step, activities_of, find, module_of
from lms.workshop.form_words import type_words
from lms.workshop.gate_choices import gate_choices, write_gate
from lms.workshop.history import Saved
from lms.workshop.intake import DraftActivity, is_unit
from lms.workshop.intake_job import TAKING
from lms.workshop.models import Draft
from lms.workshop.outcome import ALL, FieldFault, faults_of, field_id
from lms.workshop.views.blueprint import bp
from lms.workshop.views.wire import ChangeBody, steps_of


def me() -> By:
    """Return who changes something now."""
    return By(person().id, now())


def form_token() -> str:
    """Return the token of the form that was sent (`lms.workshop.once`)."""
    return request.form.get("once", "")[: once.LONGEST_TOKEN + 1]


@bp.post("/workshop/drafts")
@requires(TRAINER)
def begin() -> ResponseReturnValue:
    """Begin a new course."""
    with transaction() as writing:
        draft_id = once.once(writing, form_token(), me(), lambda: str(drafts.begin_new(writing, person(), me(), pick("zh", "en")).id))
    return redirect(url_for(".editor", draft_id=draft_id))


@bp.post("/catalogue/courses/<code>/versions/<int:number>/draft")
@requires(TRAINER)
def mend(code: str, number: int) -> ResponseReturnValue:
    """Begin a draft of a published version."""
    with transaction() as writing:
        version = next((one for one in listing.versions_of(writing, code) if one.number == number), None)
        if version is None:
            raise NotFound(_("There is no such course or version."))
        draft_id = once.once(writing, form_token(), me(), lambda: str(drafts.begin_from(writing, storage(), version, person(), me()).id))
    return redirect(url_for(".editor", draft_id=draft_id))


@bp.get("/workshop/drafts/<int:draft_id>")
@requires(TRAINER)
def editor(draft_id: int) -> ResponseReturnValue:
    """Show the whole draft."""
    return render_template("workshop/editor.html", **_shown(drafts.own(session(), draft_id, person())))


@bp.get("/workshop/drafts/<int:draft_id>/outline")
@requires(TRAINER)
def outline(draft_id: int) -> ResponseReturnValue:
    """Return the modules and activities alone; the page asks for them when they have changed on the server."""
    return render_template("workshop/_outline.html", **_shown(drafts.own(session(), draft_id, person())))


def _shown(draft: Draft) -> dict[str, Any]:
    faults = faults_of(session(), draft)
    undo, redo = history.may_turn(session(), draft, person().id)
    untouched = draft.revision == 0 and draft.version_id is None  # what nobody could fill in yet is listed, and not marked as wrong
    return {
        "draft": draft,
        "document": draft.document,
        "title": _title(draft),
        "lines": {one["key"]: _line(one) for one in activities_of(draft.document)},
        "faults": faults,
        "at_field": {} if untouched else {one.id: one.words for one in faults},
        "field_id": field_id,
        "kinds": _kinds(),
        "areas": known_areas(session()),
        "form_kinds": type_words(),
        "may_undo": undo,
        "may_redo": redo,
        "suffixes": ",".join(uploads()),
        "upload_kinds": upload_words(),
    }


def _title(draft: Draft) -> str:
    title = title_of(draft.document, "course")
    return pick(title["zh"], title["en"]) or _("Course without a title")


def _kinds() -> list[tuple[str, str]]:
    words = {"general": _("General course"), "companion": _("Course of a subject"), "practical": _("Practical course")}
    return [(one, words[one]) for one in KINDS]


def _line(one: DraftActivity) -> dict[str, Any]:
    """Return what the outline says of an activity."""
    activity = values_of(one)
    gate = gate_words(activity, open_answers={activity.key} if one.get("type") == "reflection" else ())
    own = type_words().get(one.get("type", ""))
    return {
        "title": pick(activity.title.zh, activity.title.en) or _("Activity without a title"),
        "format": own.name if own else format_words(activity),
        "icon": own.icon if own else icon_of(activity),
        "gate": _("%(conditions)s to earn this time", conditions=_(", ").join(gate)) if gate else _("counts as you study"),
        "minutes": one.get("minutes"),
    }


@bp.get("/workshop/drafts/<int:draft_id>/activities/<key>")
@requires(TRAINER)
def activity_form(draft_id: int, key: str) -> ResponseReturnValue:
    """Return the fields of one activity; the page asks for them when the activity is opened."""
    draft = drafts.own(session(), draft_id, person())
    one = drafts.activity_of(draft, key)
    activity = values_of(one)
    sends = FORMATS[activity.format].sends(activity, partial(contents.read, storage(), one["files"]))
    home = module_of(draft.document, key)
    gone = drafts.vanished(storage(), one)
    at_field = {fault.id: fault.words for fault in faults_of(session(), draft)}
    if gone:
        at_field[field_id("activity", key, "files")] = drafts.vanished_words()
    return render_template(
        "workshop/_activity.html",
        draft=draft,
        document=draft.document,
        one=one,
        home=home["key"] if home else "",
        gate=write_gate(activity.requires),
        gates=gate_choices(activity, sends),
        at_field=at_field,
        field_id=field_id,
        suffixes=".zip,.xml" if is_unit(activity.format) else ",".join(FORMATS[activity.format].uploads) or ".zip",
        captions=[] if gone else film_captions.captions_of(storage(), one),
        has_form=not gone and draft_forms.form_of(storage(), one) is not None,
    )


# -- Saving


@bp.post("/workshop/drafts/<int:draft_id>/changes")
@requires(TRAINER)
def save(draft_id: int) -> ResponseReturnValue:
    """Save a change; the answer says what somebody else has changed too, so that nothing is lost."""
    body = body_of(ChangeBody)
    with transaction() as writing:
        draft = drafts.own(writing, draft_id, person(), lock=True)
        steps = steps_of(body, code_is_fixed=draft.version_id is not None)
        saved = history.change(writing, draft, _with_grading(draft, steps), me(), body.token)
        turns = (
            (True, False) if saved.done else history.may_turn(writing, draft, person().id)
        )  # a new change can be undone, and ends redoing
        return _answer(draft, saved, faults_of(writing, draft), turns)


def _with_grading(draft: Draft, steps: list[Step]) -> list[Step]:
    """Add that the content itself reports the result, where somebody must pass what nobody grades yet."""
    found: list[Step] = []
    for step in steps:
        found.append(step)
        if step["do"] == "set" and step["field"] == "requires" and "passed" in step["to"]:
            one = find(draft.document, "activity", step["key"])  # None if somebody has removed it: the step itself says so
            if one is not None and one.get("requires") in (step["was"], step["to"]) and one.get("grading", "none") == "none":
                found.append({**step, "field": "grading", "was": one.get("grading"), "to": "content"})
    return found


@bp.post("/workshop/drafts/<int:draft_id>/undo")
@requires(TRAINER)
def undo(draft_id: int) -> ResponseReturnValue:
    """Undo one's own latest change."""
    return _turned(draft_id, back=True)


@bp.post("/workshop/drafts/<int:draft_id>/redo")
@requires(TRAINER)
def redo(draft_id: int) -> ResponseReturnValue:
    """Do again what one undid last."""
    return _turned(draft_id, back=False)


def _turned(draft_id: int, *, back: bool) -> Response:
    with transaction() as writing:
        draft = drafts.own(writing, draft_id, person(), lock=True)
        saved = (history.undo if back else history.redo)(writing, draft, me())
        return _answer(draft, saved, faults_of(writing, draft), history.may_turn(writing, draft, person().id))


def _answer(draft: Draft, saved: Saved, faults: list[FieldFault], turns: tuple[bool, bool]) -> Response:
    touched = {one.get("key") for one in saved.done}
    reply = {
        "revision": saved.revision,
        "conflicts": [_conflict(draft, one) for one in saved.conflicts],
        "faults": [{"id": one.id, "of": one.of, "key": one.key, "at": one.at, "words": one.words} for one in faults],
        "undo": turns[0],
        "redo": turns[1],
        "title": _title(draft),
        "values": [_value(one) for one in saved.done if one["do"] == "set"],
        "structure": any(one["do"] != "set" for one in saved.done),
        "lines": {one["key"]: _line(one) for one in activities_of(draft.document) if one["key"] in touched},
    }
    return json_reply(reply)


def _value(step: Step) -> Mapping[str, Any]:
    """Return what a field of the page holds after a step."""
    field, to = ("gate", write_gate(step["to"] or {})) if step["field"] == "requires" else (step["field"], step["to"])
    return {"of": step["of"], "key": step.get("key", ""), "field": field, "value": to}


def _conflict(draft: Draft, conflict: EditConflict) -> Mapping[str, Any]:
    step = conflict.step
    field = "gate" if step.get("field") == "requires" else step.get("field", "")
    theirs = write_gate(conflict.theirs or {}) if field == "gate" else conflict.theirs
    title = title_of(draft.document, step["of"], step.get("key"))
    return {
        "of": step["of"],
        "key": step.get("key", ""),
        "field": field,
        "id": field_id(step["of"], step.get("key", ""), field),
        "where": pick(title["zh"], title["en"]),
        "theirs": theirs,
        "mine": write_gate(step["to"] or {}) if field == "gate" else step.get("to"),
        "gone": conflict.gone,
    }


# -- Files


@bp.post("/workshop/drafts/<int:draft_id>/tus")
@requires(TRAINER)
def announce_file(draft_id: int) -> ResponseReturnValue:
    """Announce a file for the draft; its parts go where those of course packages go."""
    module = request.args.get("module", "")[:LONGEST_SLUG]
    return _announced(draft_id, {"module": module} if module else {})


@bp.post("/workshop/drafts/<int:draft_id>/activities/<key>/tus")
@requires(TRAINER)
def announce_replacement(draft_id: int, key: str) -> ResponseReturnValue:
    """Announce another file for an activity of the draft."""
    return _announced(draft_id, {"activity": key})


def _announced(draft_id: int, target: dict[str, Any]) -> Response:
    draft = drafts.own(session(), draft_id, person())
    if "activity" in target:
        drafts.activity_of(draft, target["activity"])
    return announce(TAKING, {"draft": draft.id, **target})


@bp.get("/workshop/drafts/<int:draft_id>/uploads/<upload_id>")
@requires(TRAINER)
def taken_file(draft_id: int, upload_id: str) -> ResponseReturnValue:
    """Return how far a file is, or what became of it."""
    drafts.own(session(), draft_id, person())
    upload = receiving.own(session(), upload_id, person())
    problems = [Problem.from_record(one) for one in upload.problems or ()]
    return render_template(
        "workshop/_upload.html",
        draft_id=draft_id,
        card=card_of(session(), upload),
        added=(upload.target or {}).get("activities"),
        removed=[pick(one["zh"], one["en"]) for one in (upload.target or {}).get("removed", ())],
        captions=(upload.target or {}).get("captions"),
        problems=[(one.path, in_words(one, ALL)) for one in problems] or [("", upload.refusal)],
    )
