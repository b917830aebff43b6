"""Texts of the pages about certificates."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.certification.eligibility import ClassMember, Obstacle
from lms.certification.models import ISSUED
from lms.crediting.certified import RequirementDifference
from lms.crediting.models import REVOKED, SUPERSEDED, VALID
from lms.i18n import pick, unit_after, write_day, write_hours
from lms.printing.wording import PLACEHOLDERS
from lms.transcripts.words import state_of

STATES: Mapping[str, LazyString] = {VALID: _l("Valid"), SUPERSEDED: _l("Superseded"), REVOKED: _l("Revoked")}
EVENTS: Mapping[str, LazyString] = {
    ISSUED: _l("Certificate issued"),
    SUPERSEDED: _l("Certificate superseded"),
    REVOKED: _l("Certificate revoked"),
}
TONES: Mapping[str, tuple[str, str]] = {VALID: ("ok", "verify"), SUPERSEDED: ("neutral", "refresh"), REVOKED: ("err", "close")}
_OBSTACLES: Mapping[Obstacle, LazyString] = {
    Obstacle.CERTIFIED: _l("Has a valid certificate"),
    Obstacle.ERASED: _l("The evidence was erased on purpose, so nobody could check the certificate"),
    Obstacle.SHORT: _l("Not every requirement is met"),
    Obstacle.HELD: _l("Hours are held for review; decide about them first"),
    Obstacle.UNPROPOSED: _l("Nobody has proposed this certificate yet"),
    Obstacle.SECOND: _l("You have proposed it yourself; a colleague confirms it"),
    Obstacle.OWN: _l("These are your own hours; a colleague certifies them"),
    Obstacle.CHANGED: _l("The account has changed since you looked; look again"),
    Obstacle.BEHIND: _l("New evidence is being credited; try again in a minute"),
}


def missing_words(member: ClassMember) -> Sequence[str]:
    """Return why somebody cannot be certified, one line each: what is missing of each requirement, in its own unit."""
    if member.obstacle is Obstacle.STATE:
        return [_("State: %(state)s", state=state_of(member.standing.enrolment))]
    if member.obstacle is not Obstacle.SHORT:
        return [obstacle_words(member.obstacle, member.unprintable)] if member.obstacle is not None else []
    if not member.missing:
        return [_("The programme document has no requirements for this track")]
    lines = []
    for one in member.missing:
        title, unit = pick(one.title.zh, one.title.en), pick(one.unit.zh, one.unit.en)
        if one.target is None:
            lines.append(_("%(requirement)s: nothing yet", requirement=title))
        else:
            amount = write_hours(one.missing)
            lines.append(_("%(requirement)s: %(amount)s %(unit)s missing", requirement=title, amount=amount, unit=unit_after(unit, amount)))
    return lines


def obstacle_words(obstacle: Obstacle, unprintable: Sequence[str] = ()) -> str:
    """Return a reason why somebody was not certified; `unprintable` are the characters or placeholders that prevent it."""
    if obstacle is Obstacle.GLYPH:
        return _("The fonts of this site do not have these characters: %(characters)s", characters=glyph_words(unprintable))
    if obstacle is Obstacle.WORDING:
        asked = _(", ").join(f"{{{pick(PLACEHOLDERS.get(one, one), one)}}}" for one in unprintable)
        return _("The wording of your office asks for %(placeholders)s, which this certificate does not have", placeholders=asked)
    return str(_OBSTACLES.get(obstacle, _("Is not in training")))


def glyph_words(glyphs: Sequence[str]) -> str:
    """Return characters with their codes: 𠀀 (U+20000)."""
    return _(", ").join(f"{one} (U+{ord(one):04X})" for one in glyphs)


def requirement_words(one: Mapping[str, Any]) -> str:
    """Return the earned and required amount of one requirement of a certificate: '40 / 40 credit hours'."""
    amount = one["earned"] if one["target"] is None else f"{one['earned']} / {one['target']}"
    unit = pick(one["unit_zh"], one["unit_en"])
    return f"{amount} {unit_after(unit, one['earned'] if one['target'] is None else one['target'])}"


def period_words(facts: Mapping[str, Any]) -> str:
    """Return the first and the last day of the class."""
    return " – ".join(write_day(date.fromisoformat(one)) for one in facts["period"])


def version_words(number: int) -> str:
    """Return the words for a version of a certificate."""
    return _("version %(n)s", n=number)


def difference_words(one: RequirementDifference) -> str:
    """Return a difference with its sign: '+0.4 credit hours'."""
    title, unit = (pick(one.zh, one.en), pick(one.unit_zh, one.unit_en)) if one.zh else (_("Credited online"), _("credit hours"))
    amount = f"{one.amount.normalize():+f}"
    return f"{title}{_(': ')}{amount} {unit_after(unit, amount)}"
