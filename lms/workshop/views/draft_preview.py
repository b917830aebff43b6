"""Preview an activity of a draft as a learner sees it. Nothing is measured, stored or earned."""

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.access import person, requires
from lms.accounts.models import TRAINER
from lms.db import session
from lms.i18n import pick
from lms.learning.wire import AnswersBody
from lms.storage import storage
from lms.web.json_bodies import body_of
from lms.workshop import drafts
from lms.workshop.documents import title_of, values_of
from lms.workshop.edits import activities_of
from lms.workshop.views.blueprint import bp
from lms.workshop.views.preview import ActivityPreview, StatementBody, grade_reply, render_preview, report_reply

ENDPOINTS = ("preview_draft", "take_draft_report", "take_draft_answers", "take_draft_unit_report", "begin_draft_unit")


@bp.get("/workshop/drafts/<int:draft_id>/preview/<activity>")
@requires(TRAINER)
def preview_draft(draft_id: int, activity: str) -> ResponseReturnValue:
    """Show an activity of a draft in its frame, with what it reports."""
    draft = drafts.own(session(), draft_id, person())
    chosen = drafts.activity_of(draft, activity)
    all_of_it = [values_of(one) for one in activities_of(draft.document)]
    _read, key = drafts.content_of(storage(), chosen)
    title = title_of(draft.document, "course")
    name = pick(title["zh"], title["en"]) or _("Course without a title")
    return render_preview(
        ActivityPreview(draft.document["code"], values_of(chosen), all_of_it, chosen["files"], key),
        lambda endpoint, key: url_for(f".{endpoint}", draft_id=draft_id, activity=key),
        trail=[(_("Drafts"), url_for(".draft_list")), (name, url_for(".editor", draft_id=draft_id))],
        endpoints=ENDPOINTS,
    )


@bp.post("/workshop/drafts/<int:draft_id>/preview/<activity>/report")
@requires(TRAINER)
def take_draft_report(draft_id: int, activity: str) -> ResponseReturnValue:
    """Say which conditions a statement of the content would meet. It is not stored."""
    draft = drafts.own(session(), draft_id, person())
    return report_reply(draft.document["code"], values_of(drafts.activity_of(draft, activity)), body_of(StatementBody).statement)


@bp.post("/workshop/drafts/<int:draft_id>/preview/<activity>/answers")
@requires(TRAINER)
def take_draft_answers(draft_id: int, activity: str) -> ResponseReturnValue:
    """Grade a submission as the server grades a learner's; nothing is stored."""
    draft = drafts.own(session(), draft_id, person())
    chosen = drafts.activity_of(draft, activity)
    _read, key = drafts.content_of(storage(), chosen)
    return grade_reply(values_of(chosen), key, body_of(AnswersBody).answers)
