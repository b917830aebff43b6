"""Common parts of every page: the product's name, the menu, the language switch; and each person's start page."""

from secrets import token_hex

from flask import Blueprint, Flask, current_app, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from lms.accounts.access import person, public, requires
from lms.accounts.models import ADMIN, OFFICE, STAFF, TEACHER, TRAINER
from lms.db import transaction
from lms.i18n import LOCALES, pick

bp = Blueprint("web", __name__)

# role → (endpoint, label, icon); the first is the role's start page
MENU = {
    TEACHER: (
        ("home.home", _l("My hours"), "hours"),
        ("calendar.show", _l("Calendar"), "calendar"),
        ("practice.mine", _l("Tasks"), "edit"),
        ("transcripts.mine", _l("Transcript"), "transcript"),
    ),
    TRAINER: (("catalogue.courses", _l("Courses"), "courses"),),
    STAFF: (("office.today", _l("Today"), "calendar"), ("reviews.queue", _l("Reviews"), "flag")),
    OFFICE: (
        ("office.programme_board", _l("Programmes"), "verify"),
        ("office.classes", _l("Classes"), "classes"),
        ("reviews.queue", _l("Reviews"), "flag"),
        ("people.mine", _l("Teachers"), "person"),
        ("records.statements", _l("Learning records"), "reading"),
        ("jobs.mine", _l("Background work"), "jobs"),
    ),
    ADMIN: (
        ("records.statements", _l("Learning records"), "reading"),
        ("organisations.all_", _l("Organisations"), "home"),
        ("jobs.mine", _l("Background work"), "jobs"),
    ),
}

# pages without their own entry in a role's menu
PART_OF = {
    "catalogue": "office",  # for offices, which choose courses for classes
    **dict.fromkeys(("workshop", "authoring", "library"), "catalogue"),
    "learning": "home",
    "here": "home",
    "transcripts": "office",
    "certification": "office",
    "appeals": "reviews",
    "organisations": "people",
}

# pages below an item that is not the last of its part
ITEM_OF = {
    **dict.fromkeys(
        ("office.programme_classes", "office.documents", "office.document", "office.preview_document"), "office.programme_board"
    ),
    "lifetime.mine": "transcripts.mine",
    **dict.fromkeys(("lifetime.of_person", "lifetime.of_elsewhere", "lifetime.enter_elsewhere", "lifetime.waiting"), "people.mine"),
    **dict.fromkeys(("certification.letterhead", "certification.preview_letterhead", "certification.set_letterhead"), "people.mine"),
}


@bp.get("/")
@requires()
def first_page() -> ResponseReturnValue:
    """Redirect a person to the start page of their first role."""
    return redirect(url_for(MENU[person().roles[0].name][0][0]))


@bp.post("/locale")
@public
def set_locale() -> ResponseReturnValue:
    """Save the visitor's language; for a signed-in person, permanently."""
    chosen = request.form.get("locale", "")
    if chosen in LOCALES:
        cookie["locale"] = chosen
        if current_user.is_authenticated:
            with transaction() as session:
                session.merge(person(), load=True).locale = chosen
    return redirect(_back())


def _back() -> str:
    target = request.form.get("next", "/")
    return target if target.startswith("/") and not target.startswith(("//", "/\\")) else "/"


def _menu() -> list[dict[str, object]]:
    if not current_user.is_authenticated:
        return []
    known = current_app.view_functions
    items = list({item[0]: item for role in current_user.roles for item in MENU[role.name] if item[0] in known}.values())
    if any(endpoint == "people.mine" for endpoint, _label, _icon in items):
        items = [item for item in items if item[0] != "organisations.all_"]  # a tab beside the teachers
    here = _here([endpoint for endpoint, _label, _icon in items])
    return [{"endpoint": endpoint, "label": label, "icon": icon, "active": here == endpoint} for endpoint, label, icon in items]


def _here(endpoints: list[str]) -> str | None:
    """Return the menu item to which this page belongs: the item itself, or the last one of the same part of the site."""
    named = ITEM_OF.get(request.endpoint or "", request.endpoint)
    if named in endpoints:
        return named
    parts = [endpoint.partition(".")[0] for endpoint in endpoints]
    part = request.blueprint if request.blueprint in parts else PART_OF.get(request.blueprint or "")
    return next((one for one in reversed(endpoints) if one.partition(".")[0] == part), None)


def init_app(app: Flask) -> None:
    """Register the pages and give every template what layout.html needs."""
    app.register_blueprint(bp)
    app.jinja_env.globals["new_token"] = lambda: token_hex(16)  # of a form: `lms.workshop.once`
    app.context_processor(lambda: {"nav_items": _menu(), "product_name": pick("研时", "Yanshi")})
