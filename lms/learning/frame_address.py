"""Say on which host an activity's frame is served to this browser, and where its pages report."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from flask import current_app, request
from flask_babel import gettext as _

from courses.formats import FORMATS
from courses.values import Activity
from lms.accounts.access import person
from lms.accounts.cookies import current_login
from lms.catalogue import contents
from lms.errors import NotAllowed
from lms.learning.admission import Admission
from lms.learning.frame_page import sandbox_of
from lms.learning.models import Launch
from lms.learning.package_hosts import PackageHosts, frame_alone
from lms.learning.tickets import CommitTicket, CommitTokens
from lms.site_settings import site_settings
from lms.storage import storage

# Chromium, in all browsers made of it, keeps no file that a frame without an origin has fetched: each opening fetches all of them again.
# Other browsers keep them, so their frames need no origin. (Safari could not open the demo's hosts either.)
KEEPS_NOTHING = "Chrome/"


def origin_of(admission: Admission) -> str:
    """Return the address of the host that serves an activity's frame to this browser.

    Raises:
        NotAllowed: the activity needs a host of its own, and there are no such hosts (any more).
    """
    if FORMATS[admission.activity.format].own_host and not site_settings().package_url:
        raise NotAllowed(_("This activity cannot be shown, because its content needs a host of its own. Tell the system administrator."))
    label = _label(admission)
    return _package_hosts().address(label) if label else site_settings().content_url


def origin_in_preview(activity: Activity, files: str) -> str:
    """Return the address of the host that serves a trainer's preview; '' if it needs a host of its own and there are no such hosts."""
    if not FORMATS[activity.format].own_host:
        return site_settings().content_url
    return _package_hosts().address(_package_hosts().label(files, current_login().id)) if site_settings().package_url else ""


def frame_on(origin: str, activity: Activity, files: str) -> str:
    """Return the address of an activity's frame on a host; `files` names the listing of its files, which comes back if it is set aside."""
    contents.keep(storage(), files)
    return f"{origin}/frame/{activity.format}/{files}/{activity.entry}"


def sandbox(admission: Admission) -> str:
    """Return what an activity's frame may do in this browser."""
    return sandbox_of(FORMATS[admission.activity.format], has_origin=bool(_label(admission)))


def ahead_of(admission: Admission) -> str:
    """Return the address of the page that fetches what the next activity begins with; '' if this browser would not find it again."""
    activities = admission.course.activities
    at = activities.index(admission.activity) + 1
    after = replace(admission, activity=activities[at]) if at < len(activities) else None
    if after is None or not site_settings().package_url or not (label := _label(after)):
        return ""
    files = after.version.files_of(after.activity.key)
    return f"{_package_hosts().address(label)}/ahead/{after.activity.format}/{files}/{quote(after.activity.entry)}"


def _label(admission: Admission) -> str:
    """Return the label of the host of an activity's frame in this browser session; '' for the shared host, where a frame has no origin."""
    format, files = FORMATS[admission.activity.format], admission.version.files_of(admission.activity.key)
    if format.own_host:
        return _package_hosts().label(files, current_login().id)
    if format.own_origin and site_settings().package_url and KEEPS_NOTHING in request.user_agent.string:
        return _package_hosts().label(frame_alone(files), current_login().id)
    return ""


def _package_hosts() -> PackageHosts:
    found: PackageHosts = current_app.extensions["package_hosts"]
    return found


def reports_of(admission: Admission, opened: Launch) -> dict[str, Any] | None:
    """Return where the pages of a package on its own host report, and the learner as they may know them; None for other content.

    The id is that of the registration, so that packages of two courses cannot tell that their learner is the same.
    """
    format = FORMATS[admission.activity.format]
    if not format.own_host or format.runtime:  # or they talk with a runtime of their own
        return None
    tokens: CommitTokens = current_app.extensions["commit_tokens"]
    token = tokens.issue(CommitTicket(opened.id, _label(admission)))
    return {"url": f"{origin_of(admission)}/commit/{token}", "learner": {"id": opened.registration_id.hex, "name": person().name}}
