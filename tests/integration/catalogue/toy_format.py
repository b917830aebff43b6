"""A format that exists only in a test: cards, one text in each line."""

from courses.formats.format import CheckedActivity, Files, Format, Frame, SingleActivity, read_head
from courses.libraries import FindLibrary
from courses.strict_json.problem import Problem
from courses.values import Activity, Text


def check(activity: Activity, files: Files, _find: FindLibrary) -> CheckedActivity | list[Problem]:
    path = files.get(activity.entry)
    return CheckedActivity(activity, {activity.entry: path}) if path else [Problem("missing", activity.entry)]


def single(title: str, files: Files) -> SingleActivity | list[Problem]:
    ((name, path),) = files.items()
    if b"\0" in read_head(path):
        return [Problem("not-utf8", name)]
    return SingleActivity(Activity("main", Text(title, title), "toy", 7, "pack.cards", {"completed": True}), {"pack.cards": path})


FORMAT = Format(
    name="toy",
    words="识字卡",
    icon="tasks",
    frame=Frame(
        scripts=("watching.js", "toy.mjs"),
        body='<main id="cards"></main>',
        style="frame-toy",
        sandbox="allow-scripts",
        policy={"worker-src": "blob:"},
        attributes=lambda entry, address_of, _read: {"deck": {"url": address_of(entry)}},
    ),
    endings=frozenset({"cards"}),
    check=check,
    detect=lambda files: len(files) == 1 and read_head(*files.values()).startswith(b"CARDS"),
    single=single,
    uploads=(".cards",),
    conditions={"completed": "翻完每张卡"},
)
