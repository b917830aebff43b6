"""The page on which publishers say under which words the library finds a course, and with whom it is shared."""

import structlog
from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from lms.accounts.access import person, requires
from lms.accounts.models import TRAINER
from lms.catalogue import labels, listing, publish, sharing
from lms.catalogue.label_words import NAMES, SHARE_WORDS, options
from lms.catalogue.models import EVERYBODY, Course
from lms.db import session, transaction
from lms.errors import NotFound
from lms.i18n import pick
from lms.programmes.store import document_of, newest
from lms.programmes.values import ProgrammeDocument

bp = Blueprint("library", __name__)
log = structlog.get_logger(__name__)


class SeveralField(SelectMultipleField):  # type: ignore[misc]
    """Several choices, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class CardForm(FlaskForm):  # type: ignore[misc]
    """With whom a course is shared, and its labels."""

    shared = RadioField(
        _l("Shared with"),
        choices=[SelectChoice(*one) for one in SHARE_WORDS.items()],
        validators=[InputRequired()],
        default=EVERYBODY,
    )
    programme = SeveralField(_l("Programmes"))
    area = SeveralField(_l("Content areas"))
    subject = SeveralField(_l("Subjects"))
    stage = SeveralField(_l("Stages"))

    def offer(self, documents: dict[str, ProgrammeDocument]) -> None:
        """Offer the programmes of the site, their content areas, and the known subjects and stages."""
        areas = [area for code, document in documents.items() for area in _areas(code, document)]
        known = {labels.PROGRAMME: documents, labels.AREA: areas, labels.SUBJECT: labels.SUBJECTS, labels.STAGE: labels.STAGES}
        for kind, values in known.items():
            self[kind].choices = [SelectChoice(*one) for one in options(kind, values)]

    def labels(self) -> dict[str, set[str]]:
        """Return the labels; a content area brings its programme."""
        chosen = {kind: set(self[kind].data or ()) for kind in labels.STATED}
        return chosen | {labels.PROGRAMME: chosen[labels.PROGRAMME] | labels.programmes_of(sorted(chosen[labels.AREA]))}


@bp.route("/catalogue/courses/<code>/library", methods=["GET", "POST"])
@requires(TRAINER)
def card(code: str) -> ResponseReturnValue:
    """Show and change the words under which a course is found, and with whom it is shared."""
    course = _own(code)
    form = CardForm(data={"shared": course.shared, **labels.of_course(session(), course.id)})
    form.offer(_documents())
    if form.validate_on_submit():
        with transaction() as writing:
            changed = sharing.changeable(writing, code, person())
            before, changed.shared = changed.shared, form.shared.data
            labels.state(writing, changed, form.labels())
        if before != form.shared.data:
            log.info("course.shared", course=code, before=before, after=form.shared.data, by=person().id)
        flash(_("Saved."), "success")
        return redirect(url_for("catalogue.course", code=code))
    newest = listing.versions_of(session(), code)[0]
    title = pick(newest.title_zh, newest.title_en)
    return render_template("catalogue/library_card.html", form=form, course=course, title=title), 422 if form.is_submitted() else 200


def _own(code: str) -> Course:
    found = session().query(Course).filter_by(code=code).one_or_none()
    if found is None or not publish.may_publish(session(), found, person()):
        raise NotFound(_("There is no such course, or it is not yours to change."))
    return found


def _documents() -> dict[str, ProgrammeDocument]:
    """Return the newest document of each programme, by its code."""
    return {one.programme.code: document_of(one) for one in sorted(newest(session()), key=lambda one: one.programme.year)}


def _areas(code: str, document: ProgrammeDocument) -> dict[str, str]:
    return {f"{code}/{one.key}": pick(one.name.zh, one.name.en) for one in document.content_areas}


def _name(kind: str, value: str) -> str:
    """Return the name of a programme or a content area; the code if no document has it."""
    code = value.partition("/")[0]
    document = _documents().get(code)
    if document is None:
        return value
    return pick(document.name.zh, document.name.en) if kind == labels.PROGRAMME else _areas(code, document).get(value, value)


def init_app(app: Flask) -> None:
    """Let the library name programmes and content areas."""
    app.extensions[NAMES] = _name
