"""Take the answers out of contents of our types that hold them, before anything of a package is checked or served.

An author's `.h5p` of a TH.Quiz, a TH.Reading or a TH.CheckpointVideo has its answers inside, as other H5P players need them. Here they
become an answer key beside the activity, as if the author had written both by hand. With a key, by hand or not, a reading or a film gets
the version of its type that asks the server: an older one grades in the page, where no answer is, so no try would ever be right.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from courses.authoring.checks import ANSWERS_INSIDE, key_of_checks, served_checks
from courses.authoring.quiz import holds_answers, read_quiz
from courses.authoring.served import key_of, served_quiz
from courses.formats import h5p_content, own
from courses.formats.own_checks import checks_in
from courses.grading import ANSWERS
from courses.reader import CourseReader, read_file, read_part
from courses.strict_json.problem import Problem
from courses.unpacking import UnpackingSpace
from courses.values import Activity, Course


def take_answers_out(course: Course, files: Mapping[str, Path], space: UnpackingSpace) -> tuple[Course, dict[str, Path]] | list[Problem]:
    """Return the course and its files with answer keys beside the activities that held answers, or the problems of such activities."""
    found, problems, graded = dict(files), [], dict[str, str]()
    for activity in course.activities:
        if activity.format != "h5p":
            continue
        content = h5p_content.read_content(lambda name: read_part(files, name), f"{activity.entry}/")
        if isinstance(content, list):
            continue
        key_name = f"{ANSWERS}{activity.key}.json"
        parted = _parted(content, has_key=key_name in files)
        if parted is None:
            if key_name in files and content.main in own.ASKS_SERVER:
                graded[activity.key] = "checks"
            if key_name in files and _grades_in_page(content):
                found |= _renewed(found, activity.entry, content.main, space)
            continue
        place = f"{activity.entry}/{h5p_content.CONTENT}"
        if isinstance(parted, list) or key_name in files:
            twice = [Problem("answers-twice", "", {"key": key_name})]
            problems += [one.inside(place) for one in (parted if isinstance(parted, list) else twice)]
            continue
        served, key = parted
        found[place] = space.write(_dump(served))
        found[key_name] = space.write(_dump(key))
        graded[activity.key] = "server" if content.main == own.QUIZ else "checks"
        if content.main != own.QUIZ:
            found |= _renewed(found, activity.entry, content.main, space)
    return problems or (_graded(course, graded), found)


def shows_answers(entry: str, read: h5p_content.Read) -> bool:
    """Say whether the served files of an activity of our types hold answers, as those of versions published long ago do."""
    about, problems = read_file(read(f"{entry}/{h5p_content.MAIN}") or b"", "")
    if problems or not isinstance(about, Mapping) or about.get("mainLibrary") not in {own.QUIZ, *own.ASKS_SERVER}:
        return False  # before the content is read, which may be large
    content = h5p_content.read_content(read, f"{entry}/")
    if isinstance(content, list):
        return False
    checks = checks_in(content.main, content.body)
    return (content.main == own.QUIZ and holds_answers(content.body)) or any(name in one for one in checks for name in ANSWERS_INSIDE)


def _parted(content: h5p_content.Content, *, has_key: bool) -> tuple[dict[str, Any], dict[str, Any]] | list[Problem] | None:
    """Return what is served of a content and its answer key, or the author's mistakes; None if it holds no answers."""
    if content.main == own.QUIZ:
        if not holds_answers(content.body):
            return None
        reader = CourseReader()
        quiz = read_quiz(reader, content.body)
        return reader.problems or (served_quiz(quiz, content.language), key_of(quiz))
    checks = list(checks_in(content.main, content.body))
    if not checks or (has_key and not any(name in one for one in checks for name in ANSWERS_INSIDE)):
        return None
    wrong = own.check_reading(content.body) if content.main == own.READING else own.check_checkpoint_video(content.body)
    return wrong or (served_checks(content.main, content.body), key_of_checks(content.main, content.body))


def _grades_in_page(content: h5p_content.Content) -> bool:
    return content.main in own.ASKS_SERVER and not own.GRADES_IN_PAGE.isdisjoint(content.libraries)


def _renewed(files: Mapping[str, Path], entry: str, main: str, space: UnpackingSpace) -> dict[str, Path]:
    """Return the h5p.json of a content with the version of its type that asks the server: older ones grade in the page."""
    name = f"{entry}/{h5p_content.MAIN}"
    about = json.loads(files[name].read_bytes().decode("utf-8-sig"))
    major, minor = own.ASKS_SERVER[main]
    named = [one for one in about["preloadedDependencies"] if isinstance(one, Mapping)]
    others = [one for one in named if not str(one.get("machineName", "")).startswith("TH.")]
    about["preloadedDependencies"] = [{"machineName": main, "majorVersion": major, "minorVersion": minor}, *others]
    return {name: space.write(_dump(about))}


def _graded(course: Course, gradings: Mapping[str, str]) -> Course:
    def as_graded(activity: Activity) -> Activity:
        if activity.grading == "server":
            return activity  # what is not a quiz is refused for it later
        without = "none" if activity.grading == "checks" else activity.grading  # a content with no check could never be completed
        return replace(activity, grading=gradings.get(activity.key, without))

    modules = (replace(module, activities=tuple(map(as_graded, module.activities))) for module in course.modules)
    return replace(course, modules=tuple(modules))


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()
