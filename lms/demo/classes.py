"""The classes of the demo, their people, and their progress. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lms.demo.story import Ending, Stage, stage_of


@dataclass(frozen=True, slots=True)
class DemoPhase:
    """Sessions of a class toward one requirement, from a day of the class on: two half-days a day, or live ones every few days."""

    requirement: str
    first: int  # days after the class begins
    titles: Sequence[str]
    live_every: int = 0  # days between live online sessions; 0: face to face
    live_now: bool = False  # one live session, which runs when the demo is loaded or begins soon after


@dataclass(frozen=True, slots=True)
class DemoClass:
    """A class of the demo; its days are relative to the day on which it is loaded."""

    code: str
    name: str
    intake: str
    programme: str
    requirement: str  # to which its courses' hours count
    days_ago: int
    days: int
    numbers: Sequence[int]
    track: Callable[[int], str]
    stage: Callable[[int, Sequence[int]], Stage]  # from a person's number and the number of activities of each course
    phases: Sequence[DemoPhase] = ()  # of its timetable
    courses: int = 3  # of the sample courses, it must study so many
    optional: Sequence[str] = ()  # codes of courses that it may study besides; the first class may study all
    months: Callable[[int], int] = lambda _number: 0  # of practice that were logged and accepted, from a person's number

    def username(self, number: int) -> str:
        """Return the user name of a member; only number 0 can sign in."""
        return "teacher" if number == 0 else f"demo-{number:03}"


def _lead_stage(number: int, sizes: Sequence[int]) -> Stage:
    """Stages of the class of fifty people.

    Number 0, who can sign in, has finished the first course, is in the middle of the second and has not seen the third.
    """
    if number == 0:
        done = sum(sizes[:1]) + sum(sizes[1:2]) // 2
        return Stage(done, Ending.HALF, days={"diagnosis": Decimal(2), "topics": Decimal("5.5")})
    return stage_of(number, sum(sizes))


def _online_stage(number: int, sizes: Sequence[int]) -> Stage:
    """Stages of the online class: no days are noted, because it has no face-to-face sessions."""
    stage = stage_of(number, sum(sizes))
    return Stage(stage.done, stage.then, stage.status)


DIAGNOSIS = ("开班式与培训说明", "教学能力自评与访谈", "课堂录像诊断工作坊", "个人发展计划研讨")
TOPICS = (
    *("立德树人与乡村教育使命", "师德案例研讨", "核心素养与课程标准", "大单元教学设计", "大单元设计实作", "作业设计与评价"),
    *("差异化教学策略", "同课异构：备课", "同课异构：上课与评课", "复式教学案例研讨", "校本研修的组织", "主题研修方案实作"),
    *("信息技术与课堂融合", "在线教学工具实操", "青年教师指导方法", "专题培训总结与展示"),
)
VISIT = (
    *("走进名校：学校文化与管理", "随班听课（一）", "随班听课（二）", "教研组活动观摩", "跟岗备课", "跟岗授课"),
    *("班级管理观摩", "名师工作室研讨", "访学案例撰写", "访学总结与交流"),
)
LIVE = tuple(f"在线研讨（{number}）" for number in "一二三四五六七八九十") + tuple(f"在线研讨（十{number}）" for number in "一二三四")
LIVE_TODAY = ("在线答疑：访学任务与个人研修计划",)
LIVE_ENOUGH = 14  # live sessions of ninety minutes that, with the courses, make thirty hours


def _ended_stage(number: int, sizes: Sequence[int]) -> Stage:
    """Stages of the class that has ended: ten met everything, the others lack one thing each."""
    place, whole = number - ENDED_FROM, sum(sizes)
    days = {"diagnosis": Decimal(2), "topics": Decimal(8), "school-visit": Decimal(5), "companion": Decimal(LIVE_ENOUGH) / 2}
    if place == MET_BEFORE:
        days["companion"] -= 1  # two live sessions missed: some hours are lacking
    elif place == MET_BEFORE + 1:
        days["topics"] = Decimal(7)
    elif place == MET_BEFORE + 2:
        days["school-visit"] = Decimal("3.5")
    elif place == MET_BEFORE + 4:
        return Stage(whole // 2, Ending.FAILED, days=days)  # a quiz was failed, so its course is not done
    return Stage(whole, days=days)


def _ended_months(number: int) -> int:
    return 2 if number - ENDED_FROM == MET_BEFORE + 3 else 3


ENDED_FROM, MET_BEFORE = 66, 10


def _some_stage(days: Mapping[str, str]) -> Callable[[int, Sequence[int]], Stage]:
    """Return stages of a small class: the days as given, the last person half a day less, and more or less of the course."""

    def stage(number: int, sizes: Sequence[int]) -> Stage:
        less = Decimal("0.5") if number % 6 == 5 else Decimal(0)  # noqa: PLR2004 - the last of six
        own = {key: max(Decimal(0), Decimal(value) - less) for key, value in days.items()}
        return Stage(sum(sizes) if number % 2 else sum(sizes) // 2, days=own)

    return stage


def _small(code: str, name: str, programme: str, run: tuple[int, int], numbers: Sequence[int], **more: Any) -> DemoClass:
    """Return a class of six people that studies one course; `run` is when it began, in days ago, and how long it lasts."""
    plain: dict[str, Any] = {"requirement": "", "track": lambda _number: more.get("only", ""), "stage": _some_stage({}), "courses": 1}
    own = {key: value for key, value in more.items() if key != "only"}
    return DemoClass(code, name, "第一期", programme, days_ago=run[0], days=run[1], numbers=numbers, **{**plain, **own})


CLASSES = (
    DemoClass(
        code="demo-rural-lead-1",
        name="乡村首席教师第一期 1 班",
        intake="第一期",
        programme="rural-lead",
        requirement="companion",
        days_ago=24,
        days=150,
        numbers=range(50),
        track=lambda _number: "lead",
        stage=_lead_stage,
        phases=(
            DemoPhase("diagnosis", 0, DIAGNOSIS),
            DemoPhase("topics", 2, TOPICS),
            DemoPhase("school-visit", 24, VISIT),  # from the day on which the demo is loaded
            DemoPhase("companion", 24, LIVE_TODAY, live_now=True),
            DemoPhase("companion", 32, LIVE, live_every=7),
        ),
    ),
    DemoClass(
        code="demo-online-teaching-1",
        name="在线教学能力第一期 1 班",
        intake="第一期",
        programme="online-teaching",
        requirement="online",
        days_ago=16,
        days=90,
        numbers=range(50, 66),
        track=lambda number: ("primary", "junior")[number % 2],
        stage=_online_stage,
        optional=("homework-and-feedback",),
    ),
    DemoClass(
        code="demo-rural-lead-0",
        name="乡村首席教师预备期 1 班",
        intake="预备期",
        programme="rural-lead",
        requirement="companion",
        days_ago=140,
        days=125,
        numbers=range(ENDED_FROM, ENDED_FROM + MET_BEFORE + 5),
        track=lambda _number: "lead",
        stage=_ended_stage,
        phases=(
            DemoPhase("diagnosis", 0, DIAGNOSIS),
            DemoPhase("topics", 2, TOPICS),
            DemoPhase("school-visit", 102, VISIT),
            DemoPhase("companion", 12, LIVE, live_every=6),
        ),
        months=_ended_months,
    ),
    _small(
        "demo-rural-backbone-1",
        "乡村骨干教师第一期 1 班",
        "rural-backbone",
        (12, 140),
        range(90, 96),
        only="backbone",
        requirement="companion",
        optional=("small-classes", "home-and-school"),
        stage=_some_stage({"diagnosis": "2", "topics": "8"}),
        phases=(DemoPhase("diagnosis", 0, DIAGNOSIS), DemoPhase("topics", 2, TOPICS), DemoPhase("school-visit", 30, VISIT)),
    ),
    _small(
        "demo-backbone-1",
        "省级骨干教师第一期 1 班",
        "backbone",
        (9, 60),
        range(96, 102),
        track=lambda number: ("trainee", "new-teacher")[number % 2],
        requirement="",
        stage=_some_stage({"intensive": "7"}),
        phases=(DemoPhase("intensive", 0, TOPICS[:14]), DemoPhase("shadowing", 20, VISIT)),
    ),
    _small("demo-county-1", "县域支持服务体系第一期 1 班", "county", (30, 120), range(102, 108), only="teacher"),
    _small(
        "demo-civics-1",
        "思政课骨干教师第一期 1 班",
        "civics",
        (5, 110),
        range(108, 114),
        only="civics",
        stage=_some_stage({"intensive": "5"}),
        phases=(DemoPhase("intensive", 0, TOPICS[:10]),),
    ),
    _small(
        "demo-boarding-life-1",
        "生活指导教师第一期 1 班",
        "boarding-life",
        (20, 12),
        range(114, 120),
        only="life",
        stage=_some_stage({"intensive": "5", "observation": "2"}),
        phases=(DemoPhase("intensive", 0, TOPICS[:10]), DemoPhase("observation", 6, VISIT[:4])),
    ),
    _small(
        "demo-boarding-psych-1",
        "心理健康教育教师第一期 1 班",
        "boarding-psych",
        (-10, 110),
        range(120, 126),
        only="psych",
        stage=lambda _number, _sizes: Stage(0, status="confirmed"),
        phases=(DemoPhase("intensive", 0, TOPICS[:14]),),
    ),
)
