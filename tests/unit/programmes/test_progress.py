"""Is progress counted per requirement, in its own unit, and rounded once?"""

from decimal import Decimal

from courses.outline import Activity, Course, Module, Text
from lms.hours import UNITS, EarningAccount, RequirementRule, Rule, SessionRule, TrackRules, judge
from lms.programmes.progress import RequirementProgress, StudiedCourse, progress
from lms.programmes.values import ProgrammeDocument
from tests.unit.programmes.own_documents import document


def course(code: str, minutes: dict[str, int], requirement: str = "companion", *, compulsory: bool = True) -> StudiedCourse:
    title = Text("课", "Course")
    activities = tuple(Activity(key, title, "h5p", value, key) for key, value in minutes.items())
    return StudiedCourse(1, Course(code, title, title, "general", "zh-CN", (Module("m", title, activities),)), requirement, compulsory)


def lines(
    programme: ProgrammeDocument, track: str, credited: dict[str, int], *courses: StudiedCourse, **attendance: str
) -> dict[str, RequirementProgress]:
    """Judge sums of the ledger: seconds of activities, and days and months in the ledger's units."""
    kinds = {one.key: one.kind for one in programme.requirements_of(track)}
    rules = {
        key: RequirementRule(kind, next(one.target for one in programme.requirements_of(track) if one.key == key))
        for key, kind in kinds.items()
    }
    activities = {
        name: Rule(activity.worth_seconds, counts_to=one.requirement) for one in courses for name, activity in one.activities.items()
    }
    earnings = {EarningAccount(name, "seconds"): seconds for name, seconds in credited.items()}
    sessions = {}
    for key, value in attendance.items():
        name = key.replace("_", "-")
        if kinds[name] == "days":
            sessions[f"session of {name}"] = SessionRule(name, 0, 1, 1)
            earnings[EarningAccount(f"session of {name}", "half_days")] = int(Decimal(value) * 2)
        else:
            earnings[EarningAccount(name, UNITS[kinds[name]])] = int(value)
    rules_of_track = TrackRules(rules, sessions, courses={one.code: one.compulsory for one in courses})
    judged = judge(rules_of_track, programme.policy, activities, earnings)
    return {one.key: one for one in progress(programme, track, judged)}


def test_hours_are_rounded_once_per_requirement_and_not_per_activity() -> None:
    studied = course("a", {"x": 45, "y": 45, "z": 45})
    found = lines(document("rural-lead"), "lead", {"a:x": 44 * 60, "a:y": 44 * 60, "a:z": 44 * 60}, studied)
    assert found["companion"].earned == Decimal("2.9")
    assert found["companion"].missing == Decimal("27.1")
    assert not found["companion"].done


def test_only_courses_of_the_requirement_count_toward_it() -> None:
    found = lines(
        document("rural-lead"), "lead", {"a:x": 2700, "b:x": 2700, "gone:x": 2700}, course("a", {"x": 45}), course("b", {"x": 45}, "other")
    )
    assert found["companion"].earned == Decimal("1.0")


def test_days_months_and_hours_are_never_mixed() -> None:
    found = lines(document("rural-lead"), "lead", {}, diagnosis="2", practice="1", school_visit="4.5")
    assert (found["diagnosis"].earned, found["diagnosis"].done) == (2, True)
    assert (found["practice"].earned, found["practice"].missing, found["practice"].unit.zh) == (1, 2, "个月")
    assert found["school-visit"].missing == Decimal("0.5")
    assert found["companion"].earned == 0


def test_each_track_has_its_own_target() -> None:
    programme = document("online-teaching")
    full = {f"a:{n}": 45 * 60 for n in range(40)}
    studied = course("a", {str(n): 45 for n in range(40)}, "online")
    assert lines(programme, "primary", full, studied)["online"].done
    assert lines(programme, "junior", full, studied)["online"].missing == 10


def test_a_requirement_without_a_number_has_no_target_and_is_met_by_anything_noted() -> None:
    programme = document("backbone")
    assert not lines(programme, "trainee", {})["diagnosis"].done
    noted = lines(programme, "trainee", {}, diagnosis="1")["diagnosis"]
    assert (noted.target, noted.done, noted.missing) == (None, True, 0)


def test_the_class_decides_how_many_general_courses_there_are() -> None:
    studied = [course("a", {"x": 10, "y": 10}), course("b", {"x": 10}), course("extra", {"x": 10}, compulsory=False)]
    found = lines(document("rural-lead"), "lead", {}, *studied, general_courses="1")["general-courses"]
    assert (found.earned, found.target, found.missing, found.done) == (1, 2, 1, False)


def test_a_class_without_general_courses_has_not_fulfilled_them() -> None:
    found = lines(document("rural-lead"), "lead", {})["general-courses"]
    assert (found.target, found.done) == (0, False)


def test_a_requirement_that_was_not_judged_is_missing_as_a_whole() -> None:
    found = {one.key: one for one in progress(document("rural-lead"), "lead", {})}
    assert (found["topics"].earned, found["topics"].missing, found["topics"].done) == (0, 8, False)
