"""Routes of a unit's preview: begin one, its fetch URL and its record store, and what it sent so far."""

import uuid
from datetime import datetime
from typing import Annotated

import msgspec
from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from msgspec import Meta
from werkzeug.exceptions import RequestEntityTooLarge

from courses.outline import Activity
from lms.accounts.access import person, public, requires
from lms.accounts.models import TRAINER, Person
from lms.accounts.signin import csrf
from lms.clock import now
from lms.db import session, transaction
from lms.errors import NotFound
from lms.i18n import pick
from lms.learning.runtimes.cmi5 import vocabulary as c
from lms.learning.runtimes.cmi5.access import BASIC_NAME
from lms.learning.runtimes.cmi5.launching import UnitSite
from lms.learning.runtimes.cmi5.unit_page import place_of
from lms.learning.runtimes.cmi5.views import fetch_reply, state_of
from lms.site_settings import site_settings
from lms.storage import storage
from lms.web.json_bodies import body_of, json_reply
from lms.workshop import drafts
from lms.workshop.documents import values_of
from lms.workshop.models import UnitPreview
from lms.workshop.unit_preview import trying
from lms.workshop.unit_preview.page import unit_of
from lms.workshop.unit_preview.reports import AnsweredRequest, reports_of
from lms.workshop.unit_preview.session import FETCH, PreviewProfile, credential
from lms.workshop.views.blueprint import bp
from lms.workshop.views.preview import find_activity
from xapi.portable import PortableStore

MOST_BYTES = 2**20
METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS")


class BeginBody(msgspec.Struct):
    """The launch mode: Browse, in which it records no results, or Normal, which learners get."""

    normal: bool = False


class SinceBody(msgspec.Struct):
    """A question what a unit sent after a report with this number."""

    since: Annotated[int, Meta(ge=0, le=10**9)] = 0


@bp.post("/catalogue/courses/<code>/versions/<int:number>/<activity>/unit")
@requires(TRAINER)
def begin_unit(code: str, number: int, activity: str) -> ResponseReturnValue:
    """Begin to try a unit of a published course."""
    version, course, chosen = find_activity(code, number, activity)
    return _begin(course.code, chosen, version.files_of(chosen.key))


@bp.post("/workshop/drafts/<int:draft_id>/preview/<activity>/unit")
@requires(TRAINER)
def begin_draft_unit(draft_id: int, activity: str) -> ResponseReturnValue:
    """Begin to try a unit of a draft."""
    draft = drafts.own(session(), draft_id, person())
    chosen = drafts.activity_of(draft, activity)
    return _begin(draft.document["code"], values_of(chosen), chosen["files"])


def _begin(course: str, activity: Activity, files: str) -> Response:
    asked, unit, at = body_of(BeginBody), unit_of(storage(), activity, files), now()
    if unit is None:
        raise NotFound(_("This activity is not a unit of a cmi5 package."))
    origin, address = place_of(unit.url, files)
    with transaction() as writing:
        begun = trying.begin(writing, person().id, course, unit, c.NORMAL if asked.normal else c.BROWSE, at)
        store = f"{origin}/cmi5/preview/{begun.id}/xapi"
        site = UnitSite(address, store, f"{origin}/cmi5/returned", pick("zh-CN", "en-US"))
        url = trying.open_at(begun, site, f"{origin}/cmi5/preview/fetch", site_settings().public_url, at)
        mode, look = begun.mode, url_for(".look_at_unit", preview_id=begun.id)
    return json_reply({"url": url, "method": unit.launch_method, "mode": mode, "look": look}, {"Cache-Control": "no-store"})


@bp.post("/workshop/unit-previews/<uuid:preview_id>/look")
@requires(TRAINER)
def look_at_unit(preview_id: uuid.UUID) -> ResponseReturnValue:
    """Say how a unit fares that the trainer tries, and what it sent after a report that the page has."""
    since = body_of(SinceBody).since
    found = session().get(UnitPreview, preview_id)
    if found is None or found.person_id != person().id:
        raise NotFound(_("This preview is over. Open the unit again."))
    said = found.said.split()
    new = [one for one in found.reports if one["number"] > since]
    return json_reply({"state": state_of(found), "said": said, "reports": new})


@bp.route("/cmi5/preview/fetch/<token>", methods=["POST", "OPTIONS"], provide_automatic_options=False)
@csrf.exempt
@public
def fetch_of_preview(token: str) -> ResponseReturnValue:
    """Hand out a preview's token, once, as a learner's session does."""
    return fetch_reply(token, trying.fetched, FETCH)


@bp.route("/cmi5/preview/<uuid:preview_id>/xapi/<path:resource>", methods=METHODS, provide_automatic_options=False)
@csrf.exempt
@public
def records_of_preview(preview_id: uuid.UUID, resource: str) -> ResponseReturnValue:
    """Answer a unit as the site's record store does, from the preview's own, which knows only this preview's token."""
    there = session().get(UnitPreview, preview_id)
    if there is None or not session().get_one(Person, there.person_id).active:
        raise NotFound("This preview is over.")
    asked = AnsweredRequest(request.method, resource, _body())  # before the row is locked: a client may be slow
    with transaction() as writing:
        found = trying.locked(writing, preview_id)
        if found is None:
            raise NotFound("This preview is over.")
        return _answer(found, asked, now())


def _answer(preview: UnitPreview, asked: AnsweredRequest, at: datetime) -> Response:
    """Answer the current request to a locked preview's record store as the site's own does; note what is to be shown of it."""
    public_url = site_settings().public_url
    held = PreviewProfile(preview, public_url)
    with PortableStore(preview.records) as store:
        response = store.answer(
            asked.resource,
            authenticate=lambda token: credential(preview, held, token, at, public_url),
            clock=lambda: at,
            home_page=public_url,
            token_name=BASIC_NAME,
        )
        preview.records = store.content() if asked.changes else preview.records
    trying.add(preview, reports_of(asked.answered(response.status_code, response.get_data(), held.seen), held.met), at)
    return response


def _body() -> bytes:
    """Return the content of the request, kept for the record store; one that is too long is left to it, which refuses it."""
    request.max_content_length = MOST_BYTES
    try:
        return request.get_data(parse_form_data=False)
    except RequestEntityTooLarge:
        return b""
