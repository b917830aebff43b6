"""Describe in words the effect of a change on accounts."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.classes.models import Enrolment, TrainingClass
from lms.crediting.effects import AccountEffect
from lms.i18n import pick, unit_after, write_hours
from lms.programmes.store import document_of
from lms.programmes.values import ProgrammeDocument


def effect_lines(effect: AccountEffect, document: ProgrammeDocument) -> list[str]:
    """Return the changes, one line for each requirement; empty: the account stays as it is."""
    titles = {one.key: (pick(one.title.zh, one.title.en), pick(one.unit.zh, one.unit.en)) for one in document.requirements}
    lines = []
    for key in sorted(effect.changed):
        title, unit = titles.get(key, (key, ""))
        before, after = effect.before.get(key), effect.after.get(key)
        if before is None or after is None:
            lines.append(
                _("%(title)s is required from now on", title=title) if after else _("%(title)s is no longer required", title=title)
            )
            continue
        earned = [write_hours(one.earned) for one in (before, after)]
        if before.earned != after.earned:
            said = {"before": earned[0], "after": earned[1], "unit": unit_after(unit, earned[1])}
            lines.append(_("%(title)s: %(before)s → %(after)s %(unit)s", title=title, **said))
        if before.target != after.target:
            targets = ["–" if one.target is None else write_hours(one.target) for one in (before, after)]
            said = {"before": targets[0], "after": targets[1], "unit": unit_after(unit, targets[1])}
            lines.append(_("%(title)s: required %(before)s → %(after)s %(unit)s", title=title, **said))
        elif before.met != after.met:
            lines.append(_("%(title)s: reached", title=title) if after.met else _("%(title)s: not reached any more", title=title))
    return lines


def lines_of(session: Session, training_class: TrainingClass, effects: Sequence[AccountEffect]) -> list[tuple[str, list[str]]]:
    """Return the names of the people whose account changes, each with the changes; the class's programme version is loaded."""
    changed = {one.enrolment_id: one for one in effects if one.changed}
    query = select(Enrolment.id, Person.name).join(Person, Person.id == Enrolment.person_id).where(Enrolment.id.in_(changed))
    document = document_of(training_class.programme_version)
    return [(name, effect_lines(changed[number], document)) for number, name in session.execute(query.order_by(Enrolment.id))]
