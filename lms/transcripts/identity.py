"""The data that identify a transcript: name, school, user name (partly hidden), provider, programme, class and days."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from lms.accounts.masking import masked_username
from lms.accounts.models import Organisation, Person
from lms.classes.models import Enrolment, TrainingClass
from lms.config import MASKED, WHOLE
from lms.crediting.standing import Standing
from lms.i18n import gettext as _
from lms.i18n import pick, write_day
from lms.site_settings import site_settings
from lms.transcripts.words import state_of


@dataclass(frozen=True, slots=True)
class Belongs:
    """The school of an enrolment's person, and the provider of the class ('–' for none)."""

    school: str
    provider: str


def belongs_of(session: Session, enrolment_ids: Collection[int]) -> Mapping[int, Belongs]:
    """Return the school and the provider of each enrolment, in one query."""
    school, provider = aliased(Organisation), aliased(Organisation)
    query = (
        select(Enrolment.id, school.name, provider.name)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(school, school.id == Person.organisation_id)
        .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
        .join(provider, provider.id == TrainingClass.provider_id)
    )
    rows = session.execute(query.where(Enrolment.id.in_(enrolment_ids)))
    return {row[0]: Belongs(row[1] or "–", row[2]) for row in rows}


def shown_username(username: str) -> str:
    """Return a user name in the form for transcripts of this site ('' if they show none)."""
    how = site_settings().transcript_usernames
    return username if how == WHOLE else masked_username(username) if how == MASKED else ""


def verification_page(number: str = "") -> str:
    """Return the address of this site's page that verifies documents; with the number of a certificate, of the page about it."""
    site = str(site_settings().public_url)
    return f"{site}/verify/{number}" if number else f"{site}/verify"


def identity_rows(standing: Standing, belongs: Belongs) -> Sequence[tuple[str, str]]:
    """Return the identifying data of a transcript with their labels, in the order of page, paper and spreadsheet."""
    enrolment, training_class, track = standing.enrolment, standing.training_class, standing.track
    username = shown_username(enrolment.person.username)
    return [
        (_("Name"), enrolment.person.name),
        *([(_("User name"), username)] if username else []),
        (_("School"), belongs.school),
        (_("Programme"), pick(standing.document.name.zh, standing.document.name.en)),
        (_("Programme document"), _("of the notice of %(year)s", year=standing.document.year)),
        (_("Track"), pick(track.name.zh, track.name.en) if track else enrolment.track),
        (_("Training provider"), belongs.provider),
        (_("Class"), f"{training_class.name} ({training_class.code})"),
        (_("State"), state_of(enrolment)),
        (_("Period"), f"{write_day(training_class.starts_on)} – {write_day(training_class.ends_on)}"),
    ]
