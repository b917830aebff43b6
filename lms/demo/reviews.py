"""Held hours in the demo: the teacher studied on two devices at once, which their programme holds, and asks about it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from courses.outline import Activity
from lms.accounts.account_changes import By
from lms.accounts.models import Person
from lms.certification import appeals
from lms.certification.models import Appeal
from lms.classes.models import Enrolment, TrainingClass
from lms.crediting.models import HeldSession
from lms.demo import history
from lms.demo.story import Sitting, StoryActivity
from lms.learning.models import Launch

CLASS = "demo-rural-lead-1"
DEVICES = ("pc-0000000a", "phone-0000000b")
MORNING = time(0, 40, tzinfo=UTC)  # twenty to nine in China; the demo's other studying is in the evening
LENGTH = timedelta(minutes=12)
STUDIED = ("hazard-map", "warning-signs")  # activities of the course that the teacher has not begun
QUESTION = "那天上午我在电脑上学习，手机上同时开着另一门课的页面，没有关掉。两台设备都是我本人在用，请核实这段时间。"
# What the demo's documents say besides the notice, by programme: which flags hold hours, and that two people certify
ADDED: Mapping[str, tuple[str, str]] = {
    "rural-lead": ("max_rate = 2\n", 'max_rate = 2\nholds = ["devices", "regular"] # these flags hold hours; not stated in the notice\n'),
    "online-teaching": ("[rules]\n", "[rules]\nsecond_confirmation = true # a second person certifies; not stated in the notice\n"),
}


def with_reviews(name: str, text: str) -> str:
    """Return the text of a programme document with what the demo adds to it."""
    added = next((one for code, one in ADDED.items() if name.startswith(f"{code}-2")), None)
    return text if added is None else text.replace(*added, 1)


def study_on_two_devices(session: Session, enrolment_id: int, activities: Sequence[tuple[str, Activity]], shelf: history.Shelf) -> int:
    """Write two sittings at the same time on two devices, if that was not done before; return the number of statements."""
    mine = select(Launch.id).where(Launch.enrolment_id == enrolment_id, Launch.device == DEVICES[1])
    if session.scalar(mine.limit(1)) is not None:
        return 0
    enrolment = session.get_one(Enrolment, enrolment_id)
    account = session.scalars(select(Person.account).where(Person.id == enrolment.person_id)).one()
    begun = session.scalars(select(Launch.opened_at).where(Launch.enrolment_id == enrolment_id).order_by(Launch.opened_at.desc())).first()
    if begun is None:
        return 0
    opened = datetime.combine(begun.date(), MORNING)
    own = [(course, activity) for course, activity in activities if activity.key in STUDIED]
    stretch = (opened + timedelta(seconds=5), opened + LENGTH)
    return sum(
        history.write(
            session, history.Learner(enrolment, account, device), [Sitting(StoryActivity(course, activity), opened, (stretch,))], shelf
        )
        for (course, activity), device in zip(own, DEVICES, strict=True)
    )


def ask(session: Session, now: datetime) -> bool:
    """Let the teacher ask about the line, if they have not asked before; return whether that is new."""
    mine = select(Enrolment).join(Person, Person.id == Enrolment.person_id).join(TrainingClass, TrainingClass.id == Enrolment.class_id)
    whole = joinedload(Enrolment.training_class).joinedload(TrainingClass.programme_version)
    enrolment = session.scalar(mine.where(Person.username == "teacher", TrainingClass.code == CLASS).options(whole))
    if enrolment is None or session.scalar(select(Appeal.id).where(Appeal.enrolment_id == enrolment.id).limit(1)) is not None:
        return False
    held = select(HeldSession.activity).where(HeldSession.enrolment_id == enrolment.id).order_by(HeldSession.activity)
    account = session.scalars(held).first()
    if account is None:
        return False
    appeals.ask(session, enrolment, account, QUESTION, By(enrolment.person_id, now))
    return True
