"""Words of the library's labels and sharing rules, in the reader's language."""

from collections.abc import Iterable

from babel import Locale, UnknownLocaleError
from flask import current_app
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from courses.formats import FORMATS
from lms.catalogue.course_index import FORMAT, LANGUAGE
from lms.catalogue.labels import AREA, PROGRAMME, STAGE, STAGES, SUBJECT, SUBJECTS
from lms.catalogue.models import BELOW, EVERYBODY, OWN

KIND_WORDS = {
    PROGRAMME: _l("Programme"),
    AREA: _l("Content area"),
    SUBJECT: _l("Subject"),
    STAGE: _l("Stage"),
    FORMAT: _l("Format"),
    LANGUAGE: _l("Language"),
}
SHARE_WORDS = {
    OWN: _l("Only its own organisation and those above it"),
    BELOW: _l("Also the organisations below it"),
    EVERYBODY: _l("Every organisation of the site"),
}
NAMES = "course_label_names"  # extension: names of programmes and content areas, which the catalogue does not know


def label_words(kind: str, value: str) -> str:
    """Return the name of a label for a reader; a value without a name is shown as it is."""
    if kind == LANGUAGE:
        return _language(value)
    if kind == FORMAT:
        return _(FORMATS[value].words) if value in FORMATS else value
    if kind in {SUBJECT, STAGE}:
        known = SUBJECTS if kind == SUBJECT else STAGES
        return _(known[value]) if value in known else value
    name: str = current_app.extensions[NAMES](kind, value)
    return name


def _language(code: str) -> str:
    try:
        found = Locale.parse(code.replace("-", "_")).get_display_name(get_locale())
    except (ValueError, UnknownLocaleError):
        return code
    return found or code


def options(kind: str, values: Iterable[str]) -> list[tuple[str, str]]:
    """Return values with their names: subjects and stages in their usual order, others by name."""
    found = [(one, label_words(kind, one)) for one in values]
    usual = [*STAGES, *SUBJECTS]
    return sorted(found, key=lambda one: (usual.index(one[0]) if kind in {SUBJECT, STAGE} and one[0] in usual else len(usual), one[1]))
