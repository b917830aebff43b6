"""Store multi-year rules as versions: the same content again is the same version, other content is the next version."""

from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses.strict_json.canonical import digest_of
from courses.strict_json.problem import Problem, in_english
from lms.errors import Conflict, InvalidInput
from lms.hours import LifetimeRule, parse_rule
from lms.lifetime.models import LifetimeRuleVersion
from lms.programmes.documents import read_toml
from lms.programmes.sentences import SENTENCES
from lms.readonce import ReadOnce

RULES_KEPT = 16
LONGEST_FILE = 200_000  # bytes
EXAMPLE = "five-years-360.toml"


@dataclass(frozen=True, slots=True)
class ImportedRule:
    """The version that has the rule, and whether it is new."""

    version: LifetimeRuleVersion
    new: bool


def checked(text: str) -> tuple[dict[str, Any], LifetimeRule]:
    """Return a rule written in TOML, as it would be kept and as it is read.

    Raises:
        InvalidInput: with every problem and its path.
    """
    raw = read_toml(text)
    rule = raw if isinstance(raw, list) else parse_rule(raw)
    if isinstance(raw, list) or isinstance(rule, list):
        problems: list[Problem] = rule if isinstance(rule, list) else []
        raise InvalidInput("The rule was not imported.", [f"{one.path}: {in_english(one, SENTENCES)}" for one in problems])
    return raw, rule


def import_toml(session: Session, text: str, now: datetime) -> ImportedRule:
    """Take a rule written in TOML; only what differs from the latest version makes a new one.

    Raises:
        InvalidInput: with every problem and its path; nothing was kept.
    """
    raw, rule = checked(text)
    newest = select(LifetimeRuleVersion).where(LifetimeRuleVersion.code == rule.code).order_by(LifetimeRuleVersion.number.desc())
    latest = session.scalar(newest.limit(1).with_for_update())
    sha256 = digest_of(raw)
    if latest is not None and latest.sha256 == sha256 and is_as_imported(latest):
        return ImportedRule(latest, new=False)
    number = 1 if latest is None else latest.number + 1
    version = LifetimeRuleVersion(code=rule.code, number=number, document=raw, sha256=sha256, imported_at=now)
    session.add(version)
    session.flush()
    return ImportedRule(version, new=True)


_rules = ReadOnce(parse_rule, LifetimeRule, RULES_KEPT)


def rule_of(version: LifetimeRuleVersion) -> LifetimeRule:
    """Return a version's rule; it is read once per process, because versions never change.

    Raises:
        Conflict: the stored rule is not the one that was imported.
    """
    if not is_as_imported(version):
        raise Conflict(_("The rule %(code)s was changed after it was imported. Import it again.", code=version.code))
    return _rules.of(version.sha256, lambda: version.document)


def is_as_imported(version: LifetimeRuleVersion) -> bool:
    """Return whether the stored rule still has the SHA-256 with which it was imported."""
    return digest_of(version.document) == version.sha256


def newest_versions(session: Session) -> list[LifetimeRuleVersion]:
    """Return the newest version of every rule, by code."""
    last = select(LifetimeRuleVersion.code, func.max(LifetimeRuleVersion.number).label("number"))
    of_last = last.group_by(LifetimeRuleVersion.code).subquery()
    same = (of_last.c.code == LifetimeRuleVersion.code) & (of_last.c.number == LifetimeRuleVersion.number)
    return list(session.scalars(select(LifetimeRuleVersion).join(of_last, same).order_by(LifetimeRuleVersion.code)))


def example() -> str:
    """Return the rule that is bundled as an example."""
    return (resources.files("lms.lifetime") / "data" / EXAMPLE).read_text(encoding="utf-8")
