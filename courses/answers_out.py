"""Take the answers out of quizzes that hold them, before anything of a package is checked or served.

An author's `.h5p` of a TH.Quiz has its answers inside, as other H5P players need them. Here they become an answer key beside the
activity, as if the author had written both by hand.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from courses.authoring.quiz import holds_answers, read_quiz
from courses.authoring.served import key_of, served_quiz
from courses.formats import h5p_content, own
from courses.grading import ANSWERS
from courses.reader import CourseReader, read_part
from courses.strict_json.problem import Problem
from courses.unpacking import UnpackingSpace
from courses.values import Activity, Course


def take_answers_out(course: Course, files: Mapping[str, Path], space: UnpackingSpace) -> tuple[Course, dict[str, Path]] | list[Problem]:
    """Return the course and its files with answer keys beside quizzes, or the problems of quizzes with answers inside."""
    found, problems, graded = dict(files), [], set()
    for activity in course.activities:
        if activity.format != "h5p":
            continue
        content = h5p_content.read_content(lambda name: read_part(files, name), f"{activity.entry}/")
        if isinstance(content, list) or content.main != own.QUIZ or not holds_answers(content.body):
            continue
        place = f"{activity.entry}/{h5p_content.CONTENT}"
        key_name = f"{ANSWERS}{activity.key}.json"
        reader = CourseReader()
        quiz = read_quiz(reader, content.body)
        if key_name in files:
            reader.refuse("answers-twice", "", key=key_name)
        if reader.problems:
            problems += [one.inside(place) for one in reader.problems]
            continue
        found[place] = space.write(_dump(served_quiz(quiz, content.language)))
        found[key_name] = space.write(_dump(key_of(quiz)))
        graded.add(activity.key)
    return problems or (_graded(course, graded), found)


def _graded(course: Course, keys: set[str]) -> Course:
    def as_graded(activity: Activity) -> Activity:
        return replace(activity, grading="server") if activity.key in keys else activity

    modules = (replace(module, activities=tuple(map(as_graded, module.activities))) for module in course.modules)
    return replace(course, modules=tuple(modules))


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()
