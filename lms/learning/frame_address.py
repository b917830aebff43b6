"""Say on which host an activity's frame is served to this browser, and where its pages report."""

from typing import Any

from flask import current_app
from flask_babel import gettext as _

from courses.formats import FORMATS
from lms.accounts.access import person
from lms.accounts.cookies import current_login
from lms.config import Settings
from lms.errors import NotAllowed
from lms.learning.admission import Admission
from lms.learning.models import Launch
from lms.learning.package_hosts import PackageHosts
from lms.learning.tickets import CommitTicket, CommitTokens


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def origin_of(admission: Admission) -> str:
    """Return the address of the host that serves an activity's frame to this browser.

    Raises:
        NotAllowed: the activity needs a host of its own, and there are no such hosts (any more).
    """
    if not FORMATS[admission.activity.format].own_host:
        return _settings().content_url
    if not _settings().package_url:
        raise NotAllowed(_("This activity cannot be shown, because its content needs a host of its own. Tell the system administrator."))
    return _package_hosts().address(_label(admission))


def _label(admission: Admission) -> str:
    return _package_hosts().label(admission.version.files_of(admission.activity.key), current_login().id)


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
