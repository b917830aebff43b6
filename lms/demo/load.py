"""Load the demo into an installation, in steps that can be repeated without harm.

Existing data is left alone. A learner's history is written completely or not at all, so an interrupted load
continues where it stopped.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib import resources

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from courses.outline import Activity
from courses.samples import CMI5_SAMPLE, MORE_SAMPLES, SAMPLES, SCORM_SAMPLE
from lms.accounts.account_changes import By
from lms.accounts.models import ADMIN, OFFICE, STAFF, TEACHER, TRAINER, Organisation, Person
from lms.accounts.people import add_organisation, add_person
from lms.catalogue import contents, publish
from lms.catalogue.models import CourseVersion
from lms.catalogue.uploads import check
from lms.classes import setup
from lms.classes.models import Enrolment, TrainingClass
from lms.classes.staff import appoint
from lms.crediting.attesting import Attestor
from lms.crediting.drain import drain
from lms.db import Database
from lms.demo import certificates, elsewhere, history, people, reviews, story, timetable, workshop
from lms.demo.classes import CLASSES, DemoClass
from lms.i18n import SITE_ZONE, local_time
from lms.lifetime import rules
from lms.programmes import store
from lms.programmes.models import ProgrammeVersion
from lms.storage import Storage

EXTRA = (SCORM_SAMPLE, CMI5_SAMPLE)  # to try the formats; nobody has to study them, and nobody has
PASSWORD = "yanshi-demo"  # noqa: S105 - the demo's, printed and documented; nothing else creates these sign-ins
SIGN_INS = (  # user name, number of the name, roles, organisation, why somebody would sign in
    ("teacher", 0, (TEACHER,), people.school_of(0), "to see what is earned and what is missing, and to go on studying"),
    ("trainer", 500, (TRAINER,), people.PROVIDER, "to make a course, upload one, and ask a colleague to review it"),
    ("office", 501, (OFFICE, ADMIN), people.OFFICE, "to follow a class of fifty, take its transcripts away, and run the site"),
    ("staff", 502, (STAFF,), people.PROVIDER, "to plan sessions, note attendance and accept logs"),
    ("county", 503, (OFFICE,), people.COUNTY, "to follow the teachers of a county, who are trained elsewhere"),
    (workshop.REVIEWER, 504, (TRAINER,), people.PROVIDER, "to review the draft of a colleague that waits under Drafts"),
)
RUN_BY_STAFF = ("demo-rural-lead-1", "demo-rural-lead-0", "demo-online-teaching-1")  # the classes of the person who signs in as staff
BATCH = 10
DRAIN_AT_ONCE = 500
LATE_MONTH = 3  # the fourth month of practice

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DemoSite:
    """The target of the demo: the installation and the time."""

    database: Database
    storage: Storage
    public_url: str
    now: datetime
    say: Say

    @property
    def today(self) -> date:
        """The current day at the site."""
        return local_time(self.now, SITE_ZONE).date()


def load(site: DemoSite) -> None:
    """Load the demo; a second run changes nothing."""
    with site.database.writer() as session, session.begin():
        places = _places(session)
        _sign_ins(session, places)
        _programmes(session, site)
    versions = _courses(site)
    _review(site, versions[workshop.COURSE])
    for plan in CLASSES:
        _class(site, plan, versions)
    _timetables(site)
    _credit(site)
    _certify(site)
    with site.database.writer() as session, session.begin():
        if reviews.ask(session, site.now):
            site.say("the teacher asks about held hours")
        if entered := elsewhere.enter(session, site.storage, site.public_url, site.now):
            site.say(f"{entered} entries of hours earned elsewhere")
    _credit(site)


def _places(session: Session) -> dict[str, Organisation]:
    found = {
        one.code: one for one in session.scalars(select(Organisation).where(Organisation.code.in_([place.code for place in people.PLACES])))
    }
    for place in people.PLACES:
        if place.code not in found:
            found[place.code] = add_organisation(session, place.code, place.name, place.kind, found[place.above] if place.above else None)
    return found


def _sign_ins(session: Session, places: dict[str, Organisation]) -> None:
    for username, number, roles, place, _why in SIGN_INS:
        if session.scalar(select(Person.id).where(Person.username == username)) is None:
            add_person(session, username, people.name_of(number), roles, password=PASSWORD, organisation=places[place])


def _programmes(session: Session, site: DemoSite) -> None:
    for file in sorted((resources.files("lms.programmes") / "data").iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml"):
            store.import_toml(session, reviews.with_reviews(file.name, file.read_text(encoding="utf-8")), site.now)
    rules.import_toml(session, rules.example(), site.now)


def _courses(site: DemoSite) -> dict[str, CourseVersion]:
    """Publish all samples; those that classes must study come first."""
    versions = {}
    for folder in (*SAMPLES, *EXTRA, *MORE_SAMPLES):
        found = check(folder, own_hosts=True)  # without such hosts, only the activities that need one cannot be opened
        if found.package is None:
            raise TypeError(f"a sample course is broken: {found.problems}")
        contents.store(site.storage, found.package)
        with site.database.writer() as session, session.begin():
            by = session.scalars(select(Person).where(Person.username == "trainer")).one()
            version = publish.publish(session, site.storage, found.package, by, site.now)
            versions[version.course.code] = version
            publish.outline_of(version)  # cached by its hash now, because an older version cannot be loaded after its session
            if version.published_at == site.now:
                site.say(f"course published: {version.course.code}")
    return versions


def _review(site: DemoSite, version: CourseVersion) -> None:
    with site.database.writer() as session, session.begin():
        if workshop.ask_for_review(session, site.storage, session.get_one(CourseVersion, version.id), site.now):
            site.say(f"a draft of {workshop.COURSE} waits for a review")


def _class(site: DemoSite, plan: DemoClass, versions: dict[str, CourseVersion]) -> None:
    with site.database.writer() as session, session.begin():
        training_class = _opened(session, site, plan, versions)
        members = _members(session, plan, training_class)
        starts_on = training_class.starts_on
    studied = _studied(plan, versions)
    activities = [(code, activity) for code, version in studied.items() for activity in publish.outline_of(version).activities]
    shelf = history.Shelf(studied, site.public_url)
    for start in range(0, len(members), BATCH):
        with site.database.writer() as session, session.begin():
            batch = members[start : start + BATCH]
            written = sum(
                _history(session, site, (plan, number, enrolment_id, starts_on), activities, shelf) for number, enrolment_id in batch
            )
            if plan.code == reviews.CLASS and start == 0:
                written += reviews.study_on_two_devices(session, batch[0][1], activities, shelf)
        if written:
            site.say(f"{plan.code}: {start + len(batch)} of {len(members)} people, {written} statements more")


def _opened(session: Session, site: DemoSite, plan: DemoClass, versions: dict[str, CourseVersion]) -> TrainingClass:
    found = session.scalar(select(TrainingClass).where(TrainingClass.code == plan.code))
    if found is not None:
        return found
    provider = session.scalars(select(Organisation).where(Organisation.code == people.PROVIDER)).one()
    starts_on = site.today - timedelta(days=plan.days_ago)
    run = setup.ClassDetails(plan.code, plan.name, provider, starts_on, starts_on + timedelta(days=plan.days), plan.intake)
    created = setup.create_class(session, _newest(session, plan.programme), run)
    for version in _studied(plan, versions).values():
        setup.bind_course(session, created, session.get_one(CourseVersion, version.id), plan.requirement)
    optional = list(versions.values())[len(SAMPLES) :] if plan.code == CLASSES[0].code else [versions[code] for code in plan.optional]
    for version in optional:
        setup.bind_course(session, created, session.get_one(CourseVersion, version.id), plan.requirement, compulsory=False)
    return created


def _studied(plan: DemoClass, versions: dict[str, CourseVersion]) -> dict[str, CourseVersion]:
    """Return the courses that a class must study."""
    return dict(list(versions.items())[: plan.courses])


def _newest(session: Session, code: str) -> ProgrammeVersion:
    return next(one for one in store.newest(session) if one.programme.code == code)


def _members(session: Session, plan: DemoClass, training_class: TrainingClass) -> list[tuple[int, int]]:
    """Return (number, enrolment) of all members of the class; missing ones are added."""
    places = _places(session)
    rows = session.execute(
        select(Person.username, Enrolment.id)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(Enrolment.class_id == training_class.id)
    )
    known = dict(rows.all())
    members = []
    for number in plan.numbers:
        username = plan.username(number)
        if username not in known:
            person = session.scalar(select(Person).where(Person.username == username)) or add_person(
                session, username, people.name_of(number), (TEACHER,), password=None, organisation=places[people.school_of(number)]
            )
            known[username] = setup.enrol(session, training_class, person, plan.track(number), plan.stage(number, ()).status).id
        members.append((number, known[username]))
    return members


def _history(
    session: Session,
    site: DemoSite,
    member: tuple[DemoClass, int, int, date],
    activities: Sequence[tuple[str, Activity]],
    shelf: history.Shelf,
) -> int:
    plan, number, enrolment_id, starts_on = member
    enrolment = session.get_one(Enrolment, enrolment_id)
    stage = plan.stage(number, [sum(course == code for course, _ in activities) for code in shelf.versions])
    if history.has_history(session, enrolment_id):
        return 0
    last = min(site.today - timedelta(days=1), starts_on + timedelta(days=plan.days))
    sittings = story.sittings(story.studies(stage, activities), starts_on, last, plan.username(number))
    account = session.scalars(select(Person.account).where(Person.id == enrolment.person_id)).one()
    learner = history.Learner(enrolment, account, ("pc", "phone")[number % 2] + f"-{number:08x}")
    return history.write(session, learner, sittings, shelf)


def _timetables(site: DemoSite) -> None:
    """Plan the classes, and note attendance and logs according to their people's stages."""
    for plan in CLASSES:
        with site.database.writer() as session, session.begin():
            training_class = session.scalars(
                select(TrainingClass).where(TrainingClass.code == plan.code).options(joinedload(TrainingClass.programme_version))
            ).one()
            staff_member = session.scalars(select(Person).where(Person.username == "staff")).one()
            attestor = Attestor(session, site.public_url, staff_member.id, site.now)
            noted = _note(session, site, (plan, training_class), staff_member, attestor)
        if noted:
            site.say(f"{plan.code}: attendance and logs noted {noted} times")


def _note(session: Session, site: DemoSite, run: tuple[DemoClass, TrainingClass], staff_member: Person, attestor: Attestor) -> int:
    """Give a class its staff, timetable, attendance and logs; return how many marks and logs are new."""
    plan, training_class = run
    by = By(staff_member.id, site.now)
    if plan.code in RUN_BY_STAFF:
        appoint(session, training_class.id, staff_member, "subject-head-teacher", by)
    timetable.plan(session, training_class, plan.phases, by)
    members = _members(session, plan, training_class)
    stages = {enrolment_id: plan.stage(number, ()) for number, enrolment_id in members}
    marks = timetable.attend(session, training_class.id, stages, attestor)
    if plan.code == RUN_BY_STAFF[0]:
        timetable.write_logs(session, site.storage, training_class, [one for _, one in members[:3]], attestor)
    months = {enrolment_id: plan.months(number) for number, enrolment_id in members}
    return marks + timetable.write_months(session, site.storage, training_class, months, attestor)


def _certify(site: DemoSite) -> None:
    """Certify the class that has ended. Then add a late log of the first certified teacher, and supersede their certificate."""
    with site.database.writer() as session, session.begin():
        if issued := certificates.certify(session, site.now):
            site.say(f"{certificates.ENDED}: {issued} certificates issued")
    with site.database.writer() as session, session.begin():
        first = certificates.first_certified(session)
        if first is None:
            return
        staff_member = session.scalars(select(Person).where(Person.username == "staff")).one()
        attestor = Attestor(session, site.public_url, staff_member.id, site.now)
        timetable.write_log(
            session, site.storage, session.get_one(TrainingClass, first.class_id), (first.enrolment_id, LATE_MONTH), attestor
        )
    _credit(site)
    with site.database.writer() as session, session.begin():
        certificates.supersede(session, site.now)


def _credit(site: DemoSite) -> None:
    total = 0
    while read := drain(site.database, site.public_url, site.now, DRAIN_AT_ONCE):
        total += read
        site.say(f"hours credited from {total} statements")


def sign_in_lines(public_url: str) -> Iterable[str]:
    """Yield the sign-in data of the demo."""
    yield f"Open {public_url} and sign in with the password {PASSWORD} as"
    for username, _number, _roles, _place, why in SIGN_INS:
        yield f"  {username:8} {why}"
