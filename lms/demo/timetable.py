"""Give the demo's class of fifty its staff, timetable, attendance and logs. Each step can be repeated without harm."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.attendance import marking
from lms.attendance.marking import NotedAttendance
from lms.attendance.models import ABSENT, EXCUSED, LATE, PRESENT
from lms.classes import timetable
from lms.classes.changes import By
from lms.classes.models import LEARNING, ClassSession, Enrolment, TrainingClass
from lms.classes.planning import PlannedSession
from lms.crediting.attesting import Attestor
from lms.demo.story import Stage
from lms.i18n import SITE_ZONE
from lms.office.attesting import Attesting
from lms.practice import work
from lms.practice.models import ACCEPTED, PracticeWork
from lms.programmes.store import document_of
from lms.storage import Storage

HALF_DAYS = ((time(8, 30), time(11, 30)), (time(14, 30), time(17, 30)))
TOPICS: Mapping[str, Sequence[str]] = {
    "diagnosis": ("开班式与培训说明", "教学能力自评与访谈", "课堂录像诊断工作坊", "个人发展计划研讨"),
    "topics": (
        *("立德树人与乡村教育使命", "师德案例研讨", "核心素养与课程标准", "大单元教学设计", "大单元设计实作", "作业设计与评价"),
        *("差异化教学策略", "同课异构：备课", "同课异构：上课与评课", "复式教学案例研讨", "校本研修的组织", "主题研修方案实作"),
        *("信息技术与课堂融合", "在线教学工具实操", "青年教师指导方法", "专题培训总结与展示"),
    ),
    "school-visit": (
        *("走进名校：学校文化与管理", "随班听课（一）", "随班听课（二）", "教研组活动观摩", "跟岗备课", "跟岗授课"),
        *("班级管理观摩", "名师工作室研讨", "访学案例撰写", "访学总结与交流"),
    ),
}
PRACTICAL = ("工作坊", "研讨", "实作", "实操", "观摩", "听课", "备课", "上课", "授课", "展示", "交流", "撰写")
TEACHERS = ("王敏", "李志远", "赵静宜", "陈国栋")
LOGS = ((3, "返校后上了一节大单元教学的公开课，课后与同组教师评课。"), (10, "组织校本研修：作业设计。附活动照片说明。"))


def plan(session: Session, training_class: TrainingClass, visit_after: int, by: By) -> None:
    """Plan the class's sessions: two days, eight days, and the school visit from the day on which the demo is loaded."""
    if timetable.sessions_of(session, training_class.id):
        return
    offset, planned = 0, []
    for requirement, titles in TOPICS.items():
        first = training_class.starts_on + timedelta(days=visit_after if requirement == "school-visit" else offset)
        planned += [_session(requirement, place, title, first) for place, title in enumerate(titles)]
        offset += len(titles) // 2
    named = timetable.with_keys(session, training_class.id, planned)
    problems = timetable.problems_of((), named, timetable.limits_of(training_class, document_of(training_class.programme_version)))
    if problems:
        raise TypeError(f"the demo's timetable is broken: {problems}")
    timetable.add(session, training_class.id, named, by)


def _session(requirement: str, place: int, title: str, first: date) -> PlannedSession:
    day = first + timedelta(days=place // 2)
    starts_at, ends_at = (datetime.combine(day, at, ZoneInfo(SITE_ZONE)) for at in HALF_DAYS[place % 2])
    room = "实验小学" if requirement == "school-visit" else "培训楼 201"
    practical = any(word in title for word in PRACTICAL)
    return PlannedSession("", title, requirement, starts_at, ends_at, 1, room, "", TEACHERS[place % len(TEACHERS)], practical)


def attend(session: Session, class_id: int, stages: Mapping[int, Stage], attestor: Attestor) -> int:
    """Note attendance of every past session according to people's stages; return how many marks were made."""
    lessons = [one for one in timetable.sessions_of(session, class_id) if one.ends_at < attestor.now]
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
            given = work.Given("practice", text, (), training_class.starts_on + timedelta(days=days))
            handed_in = work.hand_in(session, storage, enrolment, given, None, attestor.now - timedelta(days=20 - days))
            if place == 0 and enrolment_id == members[0]:
                whole = work.of_class(session, training_class.id, handed_in.id)
                if whole is not None:
                    work.decide(session, whole, ACCEPTED, "写得具体，继续坚持。", By(attestor.by, attestor.now), Attesting(attestor))
