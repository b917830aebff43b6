"""Is progress counted per requirement, in its own unit, and rounded once?"""

from decimal import Decimal

from courses.outline import Activity, Course, Module, Text
from lms.programmes.progress import RequirementProgress, StudiedCourse, progress
from lms.programmes.values import ProgrammeDocument
from tests.unit.programmes.test_documents import document


def course(code: str, minutes: dict[str, int], requirement: str = "companion", *, compulsory: bool = True) -> StudiedCourse:
    title = Text("课", "Course")
    activities = tuple(Activity(key, title, "h5p", value, key) for key, value in minutes.items())
    return StudiedCourse(1, Course(code, title, title, "general", "zh-CN", (Module("m", title, activities),)), requirement, compulsory)


def lines(
    programme: ProgrammeDocument, track: str, credited: dict[str, int], *courses: StudiedCourse, **attendance: str
) -> dict[str, RequirementProgress]:
    noted = {key.replace("_", "-"): Decimal(value) for key, value in attendance.items()}
    return {one.key: one for one in progress(programme, track, credited, noted, courses)}


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
    found = lines(document("rural-lead"), "lead", {}, diagnosis="2", practice="0.5", school_visit="4.5")
    assert (found["diagnosis"].earned, found["diagnosis"].done) == (2, True)
    assert (found["practice"].earned, found["practice"].missing, found["practice"].unit.zh) == (Decimal("0.5"), Decimal("2.5"), "个月")
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
    found = lines(document("rural-lead"), "lead", {"a:x": 600, "a:y": 400}, *studied)["general-courses"]
    assert (found.earned, found.target, found.missing, found.done) == (1, 2, 1, False)


def test_a_course_with_a_closed_gate_or_too_little_time_is_not_finished() -> None:
    programme, studied = document("rural-lead"), course("a", {"long": 90, "quiz": 10})
    assert lines(programme, "lead", {"a:long": 5400}, studied)["general-courses"].earned == 0
    assert lines(programme, "lead", {"a:long": 4199, "a:quiz": 600}, studied)["general-courses"].earned == 0
    assert lines(programme, "lead", {"a:long": 4200, "a:quiz": 600}, studied)["general-courses"].earned == 1


def test_a_class_without_general_courses_has_not_fulfilled_them() -> None:
    found = lines(document("rural-lead"), "lead", {})["general-courses"]
    assert (found.target, found.done) == (0, False)
