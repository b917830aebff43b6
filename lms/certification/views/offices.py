"""Pages on which an office certifies a class, and supersedes or revokes a certificate."""

from collections.abc import Collection, Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.accounts.access import person, requires
from lms.accounts.models import OFFICE, Organisation, Person
from lms.attendance.at_once import at_once
from lms.certification import issuing, proposals, recalculation, register, words
from lms.certification.eligibility import Obstacle, members_of
from lms.certification.issuing import CertifiedBatch
from lms.classes.membership import REASON_MAX
from lms.classes.models import Enrolment, TrainingClass
from lms.clock import now
from lms.crediting.models import VALID, Certificate
from lms.db import session, transaction
from lms.errors import Conflict, Gone, InvalidInput, NotFound
from lms.i18n import pick
from lms.office.places import NOT_YOURS, administers, by_me, own_class, trail_of
from lms.printing.letterheads import letterheads_of
from lms.printing.wording import Wordings
from lms.row_ids import row_id

bp = Blueprint("certification", __name__)
ON_ONE_PAGE = 1000  # people who can be certified with one click
HASH = 64


@bp.context_processor
def _rights() -> dict[str, object]:
    """Give the templates of this blueprint the same helpers as the office's other pages of a class."""
    return {"administers": administers, "class_trail": trail_of, "words": words}


@bp.get("/office/classes/<int:class_id>/certificates")
@requires(OFFICE)
def of_class(class_id: int) -> ResponseReturnValue:
    """Preview the certification of a class: who can be certified, what the others lack, and who is certified already."""
    found = own_class(class_id)
    everybody = members_of(session(), class_id, person().id)
    proposed = {one.enrolment_id: one for one in proposals.of_class(session(), class_id)}
    rows = session().scalars(
        select(Certificate)
        .where(Certificate.class_id == class_id)
        .options(joinedload(Certificate.enrolment).joinedload(Enrolment.person))
        .order_by(Certificate.id)
    )
    return render_template(
        "certification/class.html",
        training_class=found,
        able=[one for one in everybody if one.obstacle is None and one.standing.enrolment.id not in proposed][:ON_ONE_PAGE],
        needs_second=proposals.needs_second_person(found.programme_version),
        proposed=[(one, proposed[one.standing.enrolment.id]) for one in everybody if one.standing.enrolment.id in proposed],
        names=_names({one.proposed_by for one in proposed.values()}),
        me=person().id,
        unable=[one for one in everybody if one.obstacle not in {None, Obstacle.CERTIFIED}],
        superseding=proposals.superseding_in(session(), class_id),
        certificates=sorted(rows, key=lambda one: (one.state != VALID, one.enrolment.person.name.encode("gb18030", "replace"), one.id)),
        at_once=at_once(session(), [one.standing.enrolment.id for one in everybody]),
        issuer=_printed_issuer(found),
        designed_by=found.provider_id,
    )


def _names(who: Collection[int | None]) -> Mapping[int, str]:
    rows = session().execute(select(Person.id, Person.name).where(Person.id.in_([one for one in who if one is not None])))
    return {number: name for number, name in rows}


def _issuer(training_class: TrainingClass) -> str:
    """Return the office that issues the certificates: the office of the signed-in person."""
    own = person().organisation_id
    office = session().get(Organisation, own) if own else None
    return office.name if office else training_class.provider.name


def _printed_issuer(training_class: TrainingClass) -> str:
    """Return the issuer that certificates of a class print: that of its letterhead, or the office itself."""
    set_by_office = letterheads_of(session(), [training_class.provider]).get(training_class.provider_id)
    wordings = set_by_office.wordings if set_by_office else Wordings()
    return pick(wordings.zh.issuer, wordings.en.issuer) or wordings.en.issuer or _issuer(training_class)


@bp.post("/office/classes/<int:class_id>/certificates")
@requires(OFFICE)
def certify(class_id: int) -> ResponseReturnValue:
    """Certify the chosen people, each completely or not at all. A repeated request issues no second certificate.

    Where the programme asks for two people, `what` says whether these are proposed, or confirmed.
    """
    found = own_class(class_id)
    proposing = proposals.needs_second_person(found.programme_version) and request.form.get("what") != "confirm"
    chosen, whole = _chosen(class_id), CertifiedBatch()
    if not chosen:
        flash(_("Choose at least one teacher."), "warning")
        return redirect(url_for(".of_class", class_id=class_id))
    numbers = sorted(chosen)
    for start in range(0, len(numbers), issuing.AT_ONCE):
        with transaction() as writing:
            own = {one: chosen[one] for one in numbers[start : start + issuing.AT_ONCE]}
            part = issuing.propose(writing, own, by_me()) if proposing else issuing.certify(writing, own, by_me(), _issuer(found))
        whole.issued += part.issued
        whole.proposed += part.proposed
        whole.left_out |= part.left_out
        whole.unprintable |= part.unprintable
    count = len(whole.proposed if proposing else whole.issued)
    done = ngettext("%(num)s certificate was issued.", "%(num)s certificates were issued.", count)
    if proposing:
        done = ngettext("%(num)s certificate was proposed.", "%(num)s certificates were proposed.", count)
    flash(done, "success" if count else "info")
    for line in _left_out(whole):
        flash(line, "warning")
    return redirect(url_for(".of_class", class_id=class_id))


def _chosen(class_id: int) -> Mapping[int, str]:
    """Return the chosen enrolments of this class, each with the ledger head that the preview showed."""
    chosen = {}
    for said in request.form.getlist("who")[:ON_ONE_PAGE]:
        number, _colon, head = said[: HASH + 20].partition(":")
        if (enrolment_id := row_id(number)) is not None:
            chosen[enrolment_id] = head
    own = session().scalars(select(Enrolment.id).where(Enrolment.class_id == class_id, Enrolment.id.in_(chosen)))
    return {number: chosen[number] for number in own}


def _left_out(batch: CertifiedBatch) -> list[str]:
    """Return a line for everybody who was chosen and not certified."""
    query = select(Enrolment.id, Person.name).join(Person, Person.id == Enrolment.person_id).where(Enrolment.id.in_(batch.left_out))
    rows = session().execute(query.order_by(Enrolment.id))
    return [f"{name}{_(': ')}{words.obstacle_words(batch.left_out[number], batch.unprintable.get(number, ()))}" for number, name in rows]


@bp.post("/office/classes/<int:class_id>/certificates/proposals/<int:proposal_id>/withdraw")
@requires(OFFICE)
def withdraw_proposal(class_id: int, proposal_id: int) -> ResponseReturnValue:
    """Withdraw a proposed certificate before it is confirmed."""
    own_class(class_id)
    with transaction() as writing:
        done = proposals.withdraw(writing, proposal_id, class_id, by_me())
    said = _("The proposal was withdrawn.") if done else _("It was confirmed or withdrawn in the meantime.")
    flash(said, "success" if done else "info")
    return redirect(url_for(".of_class", class_id=class_id))


@bp.get("/office/classes/<int:class_id>/certificates/<int:certificate_id>")
@requires(OFFICE)
def one(class_id: int, certificate_id: int) -> ResponseReturnValue:
    """Show one certificate, its history in the register, and the changes that later evidence would make."""
    return _page(*_own(class_id, certificate_id))


def _own(class_id: int, certificate_id: int) -> tuple[TrainingClass, Certificate]:
    found = own_class(class_id)
    whole = joinedload(Certificate.enrolment).joinedload(Enrolment.person)
    certificate = session().scalar(select(Certificate).where(Certificate.id == certificate_id).options(whole))
    if certificate is None or certificate.class_id != class_id:
        raise NotFound(str(NOT_YOURS))
    return found, certificate


def _page(found: TrainingClass, certificate: Certificate, problems: list[str] | None = None) -> ResponseReturnValue:
    entries = register.entries_of(session(), certificate.number)
    proposal = proposals.superseding_in(session(), found.id).get(certificate.id)
    names = _names({*(who for one in entries for who in (one.by, one.proposed_by)), proposal.proposed_by if proposal else None})
    since = None
    if certificate.state == VALID and certificate.bundle is not None:
        since = recalculation.recalculate(session(), certificate, now())
    page = render_template(
        "certification/one.html",
        training_class=found,
        certificate=certificate,
        entries=entries,
        names=names,
        since=since,
        needs_second=proposals.needs_second_person(found.programme_version),
        proposal=proposal,
        me=person().id,
        refusals=since.problems() if since else [],
        fingerprint=register.issues_of(session(), [certificate])[certificate.id].hash,
        versions=_versions(certificate),
        problems=[(one, None) for one in problems or []],
        most=REASON_MAX,
    )
    return page, 422 if problems else 200


def _versions(certificate: Certificate) -> Mapping[int, int]:
    """Return the ids of all versions of a certificate, by version."""
    own = (Certificate.number == certificate.number, Certificate.class_id == certificate.class_id)
    return {version: number for version, number in session().execute(select(Certificate.version, Certificate.id).where(*own))}


@bp.post("/office/classes/<int:class_id>/certificates/<int:certificate_id>/supersede")
@requires(OFFICE)
def supersede(class_id: int, certificate_id: int) -> ResponseReturnValue:
    """Issue the next version of a certificate, as shown in the preview on its page; or propose it, or confirm it as a second person."""
    found, certificate = _own(class_id, certificate_id)
    try:
        with transaction() as writing:
            seen = request.form.get("seen", "")[:HASH]
            reason = request.form.get("reason", "")
            if request.form.get("what") == "propose":
                issuing.propose_superseding(writing, certificate.id, seen, reason, by_me())
                flash(_("The new version was proposed; a colleague confirms it."), "success")
                return redirect(url_for(".one", class_id=class_id, certificate_id=certificate_id))
            new = issuing.supersede(writing, certificate.id, seen, reason, by_me())
    except (InvalidInput, Conflict, Gone) as error:
        return _page(found, certificate, _lines(error))
    flash(_("Version %(version)s was issued; the earlier one is superseded.", version=new.version), "success")
    return redirect(url_for(".one", class_id=class_id, certificate_id=new.id))


@bp.post("/office/classes/<int:class_id>/certificates/<int:certificate_id>/revoke")
@requires(OFFICE)
def revoke(class_id: int, certificate_id: int) -> ResponseReturnValue:
    """Revoke a certificate."""
    found, certificate = _own(class_id, certificate_id)
    try:
        with transaction() as writing:
            issuing.revoke(writing, certificate.id, request.form.get("reason", ""), by_me())
    except (InvalidInput, Conflict) as error:
        return _page(found, certificate, _lines(error))
    flash(_("The certificate was revoked."), "success")
    return redirect(url_for(".one", class_id=class_id, certificate_id=certificate_id))


def _lines(error: InvalidInput | Conflict | Gone) -> list[str]:
    return [*error.problems] if isinstance(error, InvalidInput) and error.problems else [error.message]
