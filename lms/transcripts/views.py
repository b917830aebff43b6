"""Pages of a transcript: the whole, the explanation of one line, and files to download."""

from flask import Blueprint, Response, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from lms.accounts.access import person, requires, scope
from lms.accounts.models import OFFICE, STAFF, TEACHER, Organisation, Person
from lms.accounts.offices import below
from lms.attendance import marking
from lms.classes.models import ClassStaff, Enrolment, TrainingClass
from lms.clock import now
from lms.crediting.bounds import is_full
from lms.crediting.ignored import StudyQuestion, ignored_of
from lms.crediting.policy import terms_of
from lms.crediting.standing import of_person
from lms.db import session
from lms.errors import NotFound
from lms.i18n import pick
from lms.transcripts import words
from lms.transcripts.document import Transcript, evidence_of, read
from lms.transcripts.export import FORMS, file_name
from lms.web.downloads import as_download
from xapi.removals import stored_when

bp = Blueprint("transcripts", __name__, url_prefix="/transcript")
EVIDENCE_SHOWN = 500  # records of one activity, the earliest; the bundle has all
DAYS_DRAWN = 10  # the latest days; the table of evidence has all


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
    transcript = read(session(), _visible(enrolment_id), now())
    own = transcript.standing.enrolment.person_id == person().id
    return render_template(
        "transcripts/show.html",
        transcript=transcript,
        policy=words.policy_words(transcript.case.policy),
        own=own,
        attendance=marking.of_enrolment(session(), enrolment_id, now()),
        states=words.ATTENDED,
        zone=transcript.case.policy.time_zone,
    )


@bp.get("/<int:enrolment_id>/why/<name>")
@requires()
def why(enrolment_id: int, name: str) -> ResponseReturnValue:
    """Return the explanation of one activity's line."""
    transcript = read(session(), _visible(enrolment_id), now())
    line = transcript.line(name)
    asked = StudyQuestion(enrolment_id, name, current_app.extensions["settings"].public_url, now())
    evidence = evidence_of(session(), enrolment_id, name)
    return render_template(
        "transcripts/_why.html",
        transcript=transcript,
        line=line,
        days=transcript.days_of(line)[-DAYS_DRAWN:],
        ignored=ignored_of(session(), asked, terms_of(session(), [enrolment_id])[enrolment_id]),
        evidence=evidence[:EVIDENCE_SHOWN],
        records=len(evidence),
        full=is_full(evidence),
        gone=stored_when(session(), [one.statement_id for one in evidence[:EVIDENCE_SHOWN]]),
        entries=[(entry, digest) for entry, digest in transcript.entries if entry.account == name],
        others=_titles(transcript),
        flags=sorted({flag.kind for flag in transcript.explanation.result.flags if flag.activity == name}),
        limited=transcript.explanation.limited_days if any(one.reason == "limit" for one in line.why.uncounted) else (),
        words=words,
    )


def _titles(transcript: Transcript) -> dict[str, str]:
    return {line.name: pick(line.activity.title.zh, line.activity.title.en) for chapter in transcript.chapters for line in chapter.lines}


@bp.get("/<int:enrolment_id>.<form>")
@requires()
def download(enrolment_id: int, form: str) -> ResponseReturnValue:
    """Return a transcript as a file: pdf, xlsx, or json for the evidence bundle."""
    if form not in FORMS:
        raise NotFound(_("A transcript can be had as %(forms)s.", forms=", ".join(FORMS)))
    transcript = read(session(), _visible(enrolment_id), now())
    response = Response(FORMS[form].write(transcript), mimetype=FORMS[form].mimetype)
    return as_download(response, file_name(transcript, form))


def _visible(enrolment_id: int) -> int:
    """Return the enrolment if it is one's own, or of a class or person below the asking office, or of a class whose staff asks.

    For everybody else it does not exist.
    """
    found = select(Enrolment.id).where(Enrolment.id == enrolment_id)
    roles = {role.name for role in person().roles}
    own = session().scalar(found.where(Enrolment.person_id == person().id))
    if own is None and OFFICE in roles:
        provider, school = aliased(Organisation), aliased(Organisation)
        own = session().scalar(
            found.join(TrainingClass, TrainingClass.id == Enrolment.class_id)
            .join(provider, provider.id == TrainingClass.provider_id)
            .join(Person, Person.id == Enrolment.person_id)
            .outerjoin(school, school.id == Person.organisation_id)
            .where(or_(below(scope(), provider), below(scope(), school)))
        )
    if own is None and STAFF in roles:
        mine = select(ClassStaff.class_id).where(ClassStaff.person_id == person().id)
        own = session().scalar(found.where(Enrolment.class_id.in_(mine)))
    if own is None:
        raise NotFound(_("There is nothing at this address, or it is not yours to see. Check the address or go back to the first page."))
    return own
