"""Give the demo's class of fifty its staff, timetable, attendance and logs. Each step can be repeated without harm."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.attendance import marking
from lms.attendance.marking import NotedAttendance
from lms.attendance.models import ABSENT, EXCUSED, LATE, PRESENT
from lms.classes import timetable
from lms.classes.models import LEARNING, ClassSession, Enrolment, TrainingClass
from lms.classes.planning import PlannedSession
from lms.crediting.attesting import Attestor
from lms.demo.classes import CLASSES, DemoPhase
from lms.demo.story import Stage
from lms.i18n import SITE_ZONE
from lms.office.attesting import Attesting
from lms.practice import work
from lms.practice.models import ACCEPTED, PracticeWork
from lms.programmes.store import document_of
from lms.storage import Storage

HALF_DAYS = ((time(8, 30), time(11, 30)), (time(14, 30), time(17, 30)))
LIVE_AT = (time(9), time(10, 30))
LIVE_LENGTH, EVERY = timedelta(minutes=90), timedelta(minutes=30)
PRACTICAL = ("工作坊", "研讨", "实作", "实操", "观摩", "听课", "备课", "上课", "授课", "展示", "交流", "撰写")
AWAY = {"school-visit", "shadowing", "observation"}
MEETING = "https://meeting.example/demo"  # reserved by RFC 2606: leads nowhere
FAMILY_NAMES, GIVEN_NAMES = "王李赵陈刘张周吴郑", ("敏", "志远", "静宜", "国栋")
MONTHS = ("第一个月：在本校上大单元公开课并评课。", "第二个月：带青年教师集体备课三次。", "第三个月：整理作业设计案例，在教研组交流。")
LOGS = ((3, "返校后上了一节大单元教学的公开课，课后与同组教师评课。"), (10, "组织校本研修：作业设计。附活动照片说明。"))


def plan(session: Session, training_class: TrainingClass, phases: Sequence[DemoPhase], by: By) -> None:
    """Plan the class's sessions, phase by phase."""
    if timetable.sessions_of(session, training_class.id):
        return
    teachers = _teachers([one.code for one in CLASSES].index(training_class.code))
    begins = training_class.starts_on
    planned = [
        _session(phase, (place, title), begins, teachers)
        for phase in phases
        if not phase.live_now
        for place, title in enumerate(phase.titles)
    ]
    planned += [_live_now(phase, planned, by.at, teachers) for phase in phases if phase.live_now]
    named = timetable.with_keys(session, training_class.id, planned)
    problems = timetable.problems_of((), named, timetable.limits_of(training_class, document_of(training_class.programme_version)))
    if problems:
        raise TypeError(f"the timetable of {training_class.code} is broken: {problems}")
    timetable.add(session, training_class.id, named, by)


def _teachers(number: int) -> list[str]:
    """Return the teachers of the demo's class with this number; no class shares one with another, so nobody teaches twice at once."""
    return [FAMILY_NAMES[(number + place) % len(FAMILY_NAMES)] + given for place, given in enumerate(GIVEN_NAMES)]


def _session(phase: DemoPhase, titled: tuple[int, str], begins: date, teachers: Sequence[str]) -> PlannedSession:
    (place, title), live = titled, phase.live_every > 0
    day = begins + timedelta(days=phase.first + (place * phase.live_every if live else place // 2))
    starts_at, ends_at = (datetime.combine(day, at, ZoneInfo(SITE_ZONE)) for at in (LIVE_AT if live else HALF_DAYS[place % 2]))
    room = "" if live else "实验小学" if phase.requirement in AWAY else "培训楼 201"
    practical = any(word in title for word in PRACTICAL)
    teacher, link = teachers[place % len(teachers)], MEETING if live else ""
    return PlannedSession("", title, phase.requirement, starts_at, ends_at, 0 if live else 1, room, link, teacher, practical)


def _live_now(phase: DemoPhase, others: Sequence[PlannedSession], now: datetime, teachers: Sequence[str]) -> PlannedSession:
    starts_at = live_start(now, [(one.starts_at, one.ends_at) for one in others])
    ends_at = starts_at + LIVE_LENGTH
    return PlannedSession("", phase.titles[0], phase.requirement, starts_at, ends_at, 0, link=MEETING, teacher=teachers[0], practical=True)


def live_start(now: datetime, taken: Sequence[tuple[datetime, datetime]]) -> datetime:
    """Return when today's live session begins: it runs at `now`, or begins next, at a full or half hour at which the class is free.

    Late in the evening, when no such time is left before midnight, it is the last one of the day.
    """
    local = now.astimezone(ZoneInfo(SITE_ZONE))
    midnight = datetime.combine(local.date(), time(), ZoneInfo(SITE_ZONE))
    starts = [midnight + number * EVERY for number in range(timedelta(days=1) // EVERY)]
    ends_by = midnight + timedelta(days=1) - EVERY
    free = [
        one for one in starts if one + LIVE_LENGTH <= ends_by and all(one + LIVE_LENGTH <= since or one >= until for since, until in taken)
    ]
    return next((one for one in free if local < one + EVERY), free[-1])


def attend(session: Session, class_id: int, stages: Mapping[int, Stage], attestor: Attestor) -> int:
    """Note attendance of the sessions before today according to people's stages; return how many marks were made.

    Today's sessions are left to the staff, who open *Today* and find something to do.
    """
    zone = ZoneInfo(SITE_ZONE)
    today = attestor.now.astimezone(zone).date()
    lessons = [one for one in timetable.sessions_of(session, class_id) if one.ends_at.astimezone(zone).date() < today]
    known = marking.marks_of(session, [one.id for one in lessons])
    if any(known.values()):
        return 0  # noted at the first load; visitors of the demo may note later sessions themselves
    taking_part = set(session.scalars(select(Enrolment.id).where(Enrolment.class_id == class_id, Enrolment.status.in_(LEARNING))))
    seen: dict[str, int] = {}
    total = 0
    for lesson in lessons:
        number = seen.get(lesson.requirement, 0)
        seen[lesson.requirement] = number + 1
        marks = [_mark(lesson, number, one, stages[one]) for one in sorted(stages) if one in taking_part]
        total += marking.note(session, lesson, marks, By(attestor.by, lesson.ends_at), Attesting(attestor))
    return total


def _mark(lesson: ClassSession, number: int, enrolment_id: int, stage: Stage) -> NotedAttendance:
    attended = int(stage.days.get(lesson.requirement, 0) * 2)
    if number < attended:
        late = (enrolment_id + number) % 23 == 0
        return NotedAttendance(
            enrolment_id, LATE if late else PRESENT, arrived_at=lesson.starts_at + timedelta(minutes=10) if late else None
        )
    excused = (enrolment_id + number) % 3 == 0
    return NotedAttendance(enrolment_id, EXCUSED if excused else ABSENT, reason="病假" if excused else "")


def write_logs(session: Session, storage: Storage, training_class: TrainingClass, members: Sequence[int], attestor: Attestor) -> None:
    """Accept the first member's first log; the logs of others wait for the staff."""
    if session.scalar(select(PracticeWork.id).where(PracticeWork.enrolment_id.in_(members)).limit(1)) is not None:
        return
    for place, (days, text) in enumerate(LOGS):
        for enrolment_id in members:
            enrolment = session.get_one(Enrolment, enrolment_id)
            given = work.Submission("practice", text, (), training_class.starts_on + timedelta(days=days))
            handed_in = work.hand_in(session, storage, enrolment, given, None, attestor.now - timedelta(days=20 - days))
            if place == 0 and enrolment_id == members[0]:
                whole = work.of_class(session, training_class.id, handed_in.id)
                if whole is not None:
                    work.decide(session, whole, ACCEPTED, "写得具体，继续坚持。", By(attestor.by, attestor.now), Attesting(attestor))


def write_months(session: Session, storage: Storage, training_class: TrainingClass, months: Mapping[int, int], attestor: Attestor) -> int:
    """Let people (by enrolment) hand in a log in each of so many months of practice, and accept it; return how many that were."""
    if not any(months.values()) or session.scalar(select(PracticeWork.id).where(PracticeWork.enrolment_id.in_(months)).limit(1)):
        return 0
    for enrolment_id, count in months.items():
        for month in range(count):
            write_log(session, storage, training_class, (enrolment_id, month), attestor)
    return sum(months.values())


def write_log(session: Session, storage: Storage, training_class: TrainingClass, log: tuple[int, int], attestor: Attestor) -> None:
    """Let somebody (by enrolment) hand in the log of one month of practice (0, 1 …), and accept it."""
    enrolment_id, month = log
    on = training_class.starts_on + timedelta(days=30 * month + 9)
    given = work.Submission("practice", MONTHS[month % len(MONTHS)], (), on)
    at = datetime.combine(on, time(12), ZoneInfo(SITE_ZONE))
    handed_in = work.hand_in(session, storage, session.get_one(Enrolment, enrolment_id), given, None, at)
    whole = work.of_class(session, training_class.id, handed_in.id)
    if whole is not None:
        work.decide(session, whole, ACCEPTED, "", By(attestor.by, at + timedelta(days=1)), Attesting(attestor))
