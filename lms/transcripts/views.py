"""Pages of a transcript: the whole, the explanation of one line, and files to download."""

from dataclasses import dataclass

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.access_log.noting import EXPORTED, VIEWED, NotedAccess
from lms.access_log.recording import record
from lms.accounts.access import person, requires
from lms.accounts.models import TEACHER
from lms.attendance import marking
from lms.attendance.at_once import at_once
from lms.classes import waivers
from lms.classes.states import latest_changes
from lms.classes.trail import Trail, class_trail
from lms.clock import now
from lms.crediting.bounds import is_full
from lms.crediting.ignored import StudyQuestion, ignored_of
from lms.crediting.policy import policies_of
from lms.crediting.standing import of_person
from lms.db import session
from lms.errors import NotFound
from lms.i18n import pick
from lms.signing.site_key import site_key
from lms.site_settings import site_settings
from lms.transcripts import earlier, words
from lms.transcripts.export import FORMS, file_name
from lms.transcripts.identity import identity_rows
from lms.transcripts.moved_online import moved_online
from lms.transcripts.transcript import Transcript, evidence_of, read
from lms.transcripts.visibility import way_of
from lms.web.downloads import as_download
from xapi.removals import stored_when

bp = Blueprint("transcripts", __name__, url_prefix="/transcript")


@bp.app_template_global()
def state_words(status: str) -> str:
    """Let every page name the state of an enrolment."""
    return str(words.STATES.get(status, status))


@bp.app_template_global()
def signs_documents() -> bool:
    """Say whether this site signs its documents, so that a page offers signed files."""
    return site_key().key is not None


EVIDENCE_SHOWN = 500  # records of one activity, the earliest; the bundle has them all
LONGEST_ARGUMENT = 100
DAYS_DRAWN = 10  # the latest; the table of evidence has them all


@bp.get("/")
@requires(TEACHER)
def mine() -> ResponseReturnValue:
    """Redirect to one's own transcript; a person in several classes chooses."""
    standings = of_person(session(), person().id)
    if len(standings) == 1:
        return redirect(url_for(".show", enrolment_id=standings[0].enrolment.id))
    return render_template("transcripts/mine.html", standings=standings)


@bp.get("/<int:enrolment_id>")
@requires()
def show(enrolment_id: int) -> ResponseReturnValue:
    """Show a transcript."""
    seen = _seen(enrolment_id)
    transcript = read(session(), enrolment_id, now())
    _record(seen, transcript, VIEWED, "transcript")
    titles = {one.key: one for one in transcript.requirements}
    attendance = marking.of_enrolment(session(), enrolment_id, now())
    return render_template(
        "transcripts/show.html",
        transcript=transcript,
        policy=words.policy_words(transcript.case.policy, transcript.standing),
        trail=_trail(seen, transcript),
        identity=identity_rows(transcript.standing, transcript.belongs),
        waivers=[one for one in waivers.of_enrolment(session(), enrolment_id) if one.requirement in titles],
        titles=titles,
        since=latest_changes(session(), [enrolment_id]).get(enrolment_id),
        attendance=attendance,
        online=moved_online(session(), transcript, [lesson for lesson, _mark in attendance]),
        at_once=at_once(session(), [enrolment_id], lambda other: way_of(other) is not None).get(enrolment_id, ()),
        states=words.ATTENDED,
        zone=transcript.case.policy.time_zone,
    )


@bp.get("/<int:enrolment_id>/why/<name>")
@requires()
def why(enrolment_id: int, name: str) -> ResponseReturnValue:
    """Return the explanation of one activity's line."""
    seen = _seen(enrolment_id)
    transcript = read(session(), enrolment_id, now())
    line = transcript.line(name)
    _record(seen, transcript, VIEWED, "transcript")
    asked = StudyQuestion(enrolment_id, name, site_settings().public_url, now())
    evidence = evidence_of(session(), enrolment_id, name)
    return render_template(
        "transcripts/_why.html",
        transcript=transcript,
        line=line,
        days=transcript.days_of(line)[-DAYS_DRAWN:],
        ignored=ignored_of(session(), asked, policies_of(session(), [enrolment_id])[enrolment_id]),
        evidence=evidence[:EVIDENCE_SHOWN],
        records=len(evidence),
        full=is_full(evidence),
        gone=stored_when(session(), [one.statement_id for one in evidence[:EVIDENCE_SHOWN]]),
        entries=[(entry, digest) for entry, digest in transcript.entries if entry.account == name],
        others=_titles(transcript),
        holds=sorted(
            {one for one in transcript.explanation.result.holds if one.activity == name}, key=lambda one: (one.state != "open", one.kind)
        ),
        own=transcript.standing.enrolment.person_id == person().id,
        flags=sorted({flag.kind for flag in transcript.explanation.result.flags if flag.activity == name}),
        limited=transcript.explanation.limited_days if any(one.reason == "limit" for one in line.why.uncounted) else (),
        words=words,
    )


def _titles(transcript: Transcript) -> dict[str, str]:
    return {line.name: pick(line.activity.title.zh, line.activity.title.en) for chapter in transcript.chapters for line in chapter.lines}


@bp.get("/<int:enrolment_id>.<form>")
@requires()
def download(enrolment_id: int, form: str) -> ResponseReturnValue:
    """Return a transcript as a file: pdf, xlsx, or json for the evidence bundle, also as of the time `at` that a PDF prints."""
    if form not in FORMS:
        raise NotFound(_("A transcript can be had as %(forms)s.", forms=", ".join(FORMS)))
    seen = _seen(enrolment_id)
    transcript = read(session(), enrolment_id, now())
    _record(seen, transcript, EXPORTED, form)
    if form == "json" and (at := request.args.get("at")):
        bundle = earlier.bundle_at(session(), enrolment_id, earlier.read_moment(at), request.args.get("sha256", "")[:LONGEST_ARGUMENT])
        return as_download(Response(bundle, mimetype=FORMS[form].mimetype), file_name(transcript, form))
    response = Response(FORMS[form].write(transcript), mimetype=FORMS[form].mimetype)
    return as_download(response, file_name(transcript, form))


@dataclass(frozen=True, slots=True)
class _Seen:
    """A transcript that somebody may see, and as what they see it: 'own', as the office of the 'class' or of the 'person', as 'staff'."""

    enrolment_id: int
    way: str


def _record(seen: _Seen, transcript: Transcript, what: str, form: str) -> None:
    """Record that somebody else than the person sees a transcript."""
    if seen.way != "own":
        record(NotedAccess(what, form, person_id=transcript.standing.enrolment.person_id))


def _seen(enrolment_id: int) -> _Seen:
    """Say as what somebody sees a transcript.

    Raises:
        NotFound: there is none, or they may not see it: the two look the same on purpose.
    """
    way = way_of(enrolment_id)
    if way is not None:
        return _Seen(enrolment_id, way)
    raise NotFound(_("There is nothing at this address, or it is not yours to see. Check the address or go back to the first page."))


def _trail(seen: _Seen, transcript: Transcript) -> Trail:
    """Return where somebody came from: only pages that are open to them."""
    whose = transcript.standing.enrolment
    if seen.way == "own":
        return []
    if seen.way == "person":
        return [(_("Our teachers"), url_for("people.mine")), (whose.person.name, url_for("people.one", person_id=whose.person_id))]
    return class_trail(transcript.standing.training_class, administers=seen.way == "class")
