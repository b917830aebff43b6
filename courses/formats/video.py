"""The format of plain videos: a file with its captions and poster beside it; the watched share is measured."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from courses.formats import video_file
from courses.formats.captions import captions_problem
from courses.formats.captions_text import texts_in
from courses.formats.format import AddressOf, CheckedActivity, Files, Format, Frame, ReadFile, SingleActivity, read_head
from courses.libraries import FindLibrary
from courses.strict_json.problem import N_, Problem
from courses.values import CLOSE_S, LEAST_MEDIA_S, MOST_MINUTES, Activity, Text

POSTERS = (".jpg", ".png", ".webp")
LANGUAGES = {  # of captions: short code → language tag (BCP 47), its name in that language; the site's own languages come first
    "zh": ("zh-CN", "中文"),
    "en": ("en", "English"),
    "bo": ("bo", "བོད་ཡིག"),
    "ug": ("ug", "ئۇيغۇرچە"),
    "mn": ("mn-Mong", "ᠮᠣᠩᠭᠣᠯ"),
    "kk": ("kk-Arab", "قازاقشا"),  # without the script, the tags mean Cyrillic
    "ko": ("ko", "한국어"),
    "ii": ("ii", "ꆈꌠꉙ"),
    "za": ("za", "Vahcuengh"),
    "ja": ("ja", "日本語"),
    "ru": ("ru", "Русский"),
    "fr": ("fr", "Français"),
    "de": ("de", "Deutsch"),
    "es": ("es", "Español"),
    "pt": ("pt", "Português"),
    "ar": ("ar", "العربية"),
}
CAPTIONS = {f".{code}.vtt": named for code, named in LANGUAGES.items()}  # ending of the file → language, name
USUAL_COVERAGE = 0.9
VTT = (".vtt", ".webvtt")
UPLOADS = (".mp4", ".webm")


def check(activity: Activity, files: Files, _find: FindLibrary) -> CheckedActivity | list[Problem]:
    """Check a video and its captions; a missing caption file is a warning."""
    path = files.get(activity.entry)
    if path is None:
        return [Problem("missing", activity.entry)]
    kind = video_file.kind_of(read_head(path))
    if kind is None or not activity.entry.lower().endswith(f".{kind}"):
        return [Problem("video-kind", activity.entry)]
    stem = activity.entry.rpartition(".")[0]
    beside = {stem + ending: files[stem + ending] for ending in (*CAPTIONS, *POSTERS) if stem + ending in files}
    codec, seconds = video_file.hevc_in(path), video_file.seconds_of(path)
    problems = [Problem("hevc", activity.entry, {"codec": codec})] if codec else []
    problems += check_captions(beside) + check_length(activity.entry, seconds, activity.media_seconds, "media_seconds")
    problems += check_lasting(activity.entry, seconds, activity.media_seconds)
    captioned = any(name.endswith(tuple(CAPTIONS)) for name in beside)
    warnings = [] if captioned else [Problem("no-captions", activity.entry, {"name": stem})]
    return problems or CheckedActivity(reachable(activity, seconds), {activity.entry: path, **beside}, None, warnings)


def reachable(activity: Activity, seconds: float | None) -> Activity:
    """Return an activity of media. Use the file's length if the stated one is longer, so that full coverage is possible."""
    stated = activity.media_seconds
    too_long = "coverage" in activity.requires and seconds is not None and stated is not None and seconds < stated
    return replace(activity, media_seconds=seconds) if too_long else activity


def check_length(name: str, seconds: float | None, stated: float | None, word: str) -> list[Problem]:
    """Compare a stated length with the file's; if the file has none, accept the stated one."""
    if stated is None or seconds is None or abs(seconds - stated) <= CLOSE_S:
        return []
    return [Problem("other-length", name, {"real": f"{seconds:g}", "field": word, "said": f"{stated:g}"})]


def check_lasting(name: str, *lengths: float | None) -> list[Problem]:
    """Refuse media that are too short for a browser to play one counted second; the shortest of the known `lengths` decides."""
    shortest = min((one for one in lengths if one is not None), default=LEAST_MEDIA_S)
    return [Problem("media-too-short", name, {"seconds": f"{shortest:g}", "least": LEAST_MEDIA_S})] if shortest < LEAST_MEDIA_S else []


def check_captions(files: Files) -> list[Problem]:
    """Return the problems of all caption files among `files`."""
    found = [captions_problem(path.read_bytes(), name) for name, path in files.items() if name.lower().endswith(VTT)]
    return [one for one in found if one is not None]


def captions_beside(name: str, names: Iterable[str]) -> dict[str, str]:
    """Return the captions of the film `name` among `names`, by their endings; nothing if its own name is not a film's."""
    stem, _dot, ending = name.rpartition(".")
    if f".{ending.lower()}" not in UPLOADS:
        return {}
    known = {f"{stem}{one}".lower(): one for one in CAPTIONS}
    return {known[one.lower()]: one for one in names if one.lower() in known}


def detect(files: Files) -> bool:
    """Say whether an upload is one video, alone or with its captions beside it."""
    return _film_of(files) is not None


def _film_of(files: Files) -> str | None:
    if not 1 <= len(files) <= 1 + len(CAPTIONS):
        return None
    films = [name for name, path in files.items() if video_file.kind_of(read_head(path))]
    return films[0] if len(films) == 1 and len(files) == 1 + len(captions_beside(films[0], files)) else None


def single(title: str, files: Files) -> SingleActivity | list[Problem]:
    """Make an activity of one video with its captions; nine tenths of it must be watched."""
    name = _film_of(files) or next(iter(files))
    path = files[name]
    entry = f"media/video.{video_file.kind_of(read_head(path))}"
    found = single_medium(title, {name: path}, "video", entry, video_file.seconds_of(path))
    if isinstance(found, list):
        return found
    beside = {f"media/video{ending}": files[one] for ending, one in captions_beside(name, files).items()}
    return SingleActivity(found.activity, {**found.files, **beside})


def single_medium(title: str, files: Files, form: str, entry: str, seconds: float | None) -> SingleActivity | list[Problem]:
    """Make an activity of the format `form` of one film or recording that lasts `seconds`; its file is served as `entry`."""
    ((name, path),) = files.items()
    if seconds is None:
        return [Problem("unknown-length", name)]
    minutes = -(-seconds // 60)
    if minutes > MOST_MINUTES:
        return [Problem("video-too-long", name, {"minutes": MOST_MINUTES})]
    activity = Activity("main", Text(title, title), form, int(minutes), entry, {"coverage": USUAL_COVERAGE}, seconds)
    return SingleActivity(activity, {entry: path})


def facts(path: Path) -> Mapping[str, Any]:
    """Read a video's length."""
    seconds = video_file.seconds_of(path)
    return {"media_seconds": seconds} if seconds else {}


def _attributes(entry: str, address_of: AddressOf, _read: ReadFile) -> Mapping[str, Any]:
    stem = entry.rpartition(".")[0]
    found = [(address_of(stem + ending), *named) for ending, named in CAPTIONS.items()]
    return {"captions": [{"url": url, "language": language, "label": label} for url, language, label in found if url]}


def _captions_text(entry: str, read: ReadFile) -> Mapping[str, tuple[str, ...]]:
    stem = entry.rpartition(".")[0]
    return texts_in({language: stem + ending for ending, (language, _label) in CAPTIONS.items()}, read)


def sends(_activity: Activity, _read: ReadFile) -> tuple[str, ...]:
    """Say that the watched share of media is measured."""
    return ("coverage",)


def always(_entry: str, _read: ReadFile) -> bool:
    """Say that media of every entry play in our own player."""
    return True


FORMAT = Format(
    name="video",
    words=N_("Video"),
    icon="film",
    frame=Frame(
        scripts=("watching.js", "video-tracking.js", "video-frame.js"),
        body='<main><video controls playsinline preload="metadata" crossorigin="anonymous"></video></main>',
        style="frame-video",
        shape="wide",
        attributes=_attributes,
    ),
    endings=frozenset({"mp4", "webm", "vtt", "webvtt", "jpg", "jpeg", "png", "webp"}),
    check=check,
    detect=detect,
    single=single,
    uploads=UPLOADS,
    facts=facts,
    own_origin=True,
    plays_own_media=always,
    captions_text=_captions_text,
    sends=sends,
    captions=CAPTIONS,
)
