"""Give the player page what it needs of a unit: the settings with which it opens one, and a session of the unit with its address."""

from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from flask import current_app, url_for
from sqlalchemy.orm import Session

from courses.formats import FORMATS
from courses.formats.cmi5_structure import path_of
from courses.formats.cmi5_values import OWN_WINDOW, is_elsewhere
from lms.accounts.cookies import current_login
from lms.catalogue.models import CourseVersion
from lms.i18n import pick
from lms.learning.admission import Admission
from lms.learning.models import Launch
from lms.learning.package_hosts import PackageHosts
from lms.learning.runtimes.cmi5 import access, launching
from lms.learning.runtimes.cmi5.launching import UnitSite
from lms.learning.runtimes.cmi5.structures import structure_in
from lms.learning.words import unit_texts
from lms.site_settings import site_settings


def config_of(admission: Admission) -> dict[str, Any] | None:
    """Return what the page needs to open a unit of cmi5; None for other formats."""
    if FORMATS[admission.activity.format].runtime != "cmi5":
        return None
    structure = structure_in(admission.version, admission.activity.key)
    unit = structure.unit(admission.activity.key) if structure else None
    own_window = unit is not None and unit.launch_method == OWN_WINDOW
    return {"start": url_for("cmi5.start"), "look": url_for("cmi5.look"), "own_window": own_window, "texts": unit_texts()}


def begin(session: Session, launch: Launch, at: datetime) -> dict[str, Any] | None:
    """Begin a session of the unit that a launch plays; return the address that opens it. None: the activity is not a unit.

    The caller holds the launch's lock, and tells the worker that a statement was stored.
    """
    public_url = site_settings().public_url
    of = launching.unit_of(session, launch, public_url)
    if of is None:
        return None
    site = _site(session, launch, of.unit.url)
    begun = launching.start(session, launch, of, site, at)
    fetch = f"{site.endpoint.removesuffix('/xapi')}/cmi5/fetch/{access.tokens().issue(access.FETCH, begun.id)}"
    return {"url": launching.launch_url(of, site, fetch), "method": of.unit.launch_method, "mode": begun.mode}


def _site(session: Session, launch: Launch, url: str) -> UnitSite:
    package = session.get_one(CourseVersion, launch.course_version_id).files_of(launch.activity)
    origin, address = place_of(url, package)
    return UnitSite(address, f"{origin}/xapi", f"{origin}/cmi5/returned", pick("zh-CN", "en-US"))


def place_of(url: str, files: str) -> tuple[str, str]:
    """Return the origin where a unit finds this site, and the unit's address: on its package's own host, or elsewhere.

    `files` names the listing of the package's files.
    """
    if is_elsewhere(url):
        return site_settings().public_url, url
    hosts: PackageHosts = current_app.extensions["package_hosts"]
    origin = hosts.address(hosts.label(files, current_login().id))
    parts = urlsplit(url)
    address = urlunsplit(("", "", quote(path_of(url)), parts.query, parts.fragment))
    return origin, f"{origin}/content/{files}/{address}"
