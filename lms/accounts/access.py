"""Access rules of routes. Every route declares them with `@public` or `@requires(role, …)`; a route without a rule is refused."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from lms.accounts.masking import listed_username
from lms.accounts.models import ADMIN, ROLES, Organisation, Person
from lms.accounts.offices import WHOLE_SITE
from lms.db import session
from lms.errors import NotAllowed, NotSignedIn

CHOOSE_ONE = "accounts.password"  # a person who signed in with an initial password is sent here

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = frozenset({"public"})


def public(view: View) -> View:
    """Mark a view that anyone may call, or that checks its own token."""
    view.__access__ = PUBLIC  # type: ignore[attr-defined]
    return view


def requires(*roles: str) -> Callable[[View], View]:
    """Mark a view that needs a signed-in person with one of `roles`; without roles, any role is enough."""
    unknown = set(roles) - set(ROLES)
    if unknown:
        raise ValueError(f"no such role: {unknown}")

    def mark(view: View) -> View:
        view.__access__ = frozenset(roles or ROLES)  # type: ignore[attr-defined]
        return view

    return mark


def access_of(app: Flask, endpoint: str) -> frozenset[str] | None:
    """Return the rule of a route: PUBLIC, a set of roles, or None if it has none."""
    found: frozenset[str] | None = getattr(app.view_functions.get(endpoint), "__access__", None)
    return found


def person() -> Person:
    """Return the signed-in person of this request."""
    found: Person = current_user._get_current_object()
    return found


def scope() -> str:
    """Return the path prefix ('/1/') of the organisations that the signed-in person may see."""
    own = person().organisation_id
    organisation = session().get(Organisation, own) if own else None
    if organisation is None:
        raise NotAllowed(_("Your account belongs to no organisation yet. Ask your office to add it."))
    return organisation.path


def scope_or_site() -> str:
    """Return the same for an office; administrators may see the organisations of the whole site."""
    return WHOLE_SITE if person().has_role(ADMIN) else scope()


def _check() -> BaseResponse | None:
    if request.endpoint is None:
        return None  # leads to 404 or 405
    access = access_of(current_app, request.endpoint)
    if access is None:
        raise NotAllowed("this route does not say who may call it")
    if access is PUBLIC:
        return None
    if not current_user.is_authenticated:
        return _ask_to_sign_in()
    if not access & {role.name for role in current_user.roles}:
        raise NotAllowed(_refusal(access))
    if current_user.must_choose_password and request.endpoint != CHOOSE_ONE:
        return _ask_for_a_password()
    return None


def _refusal(access: frozenset[str]) -> str:
    if access == {ADMIN}:
        return _(
            "This page concerns the whole site. Only administrators of the site can open it; the operator of the server appoints them."
        )
    return _("This page is not for your role.")


def _ask_for_a_password() -> BaseResponse:
    """Send a person who signed in with an initial password to choose a new one: it was on paper, and others may have seen it."""
    if request.headers.get("HX-Request"):
        return Response(status=403, headers={"HX-Redirect": url_for(CHOOSE_ONE)})
    if request.is_json or request.method != "GET":
        raise NotAllowed(_("Choose a password of your own first."))
    return redirect(url_for(CHOOSE_ONE))


def _ask_to_sign_in() -> BaseResponse:
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": url_for("security.login")})
    if request.is_json or request.method != "GET":
        raise NotSignedIn(_("You are signed out, so nothing was saved."))
    return redirect(url_for("security.login", next=request.full_path.rstrip("?")))


def init_app(app: Flask) -> None:
    """Check every request against its route's rule; our own style sheets and scripts are public. Let templates mask user names."""
    app.jinja_env.filters["masked_id"] = listed_username
    app.view_functions["static"] = public(app.view_functions["static"])
    app.before_request(_check)
