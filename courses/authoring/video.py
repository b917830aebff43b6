"""The document of a film that stops for questions."""

from dataclasses import asdict, dataclass
from typing import Any

from courses.authoring.reading import CheckQuestion, check_json, check_of
from courses.formats.own import check_checkpoint_video
from courses.reader import CourseReader


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A question at a second of the film."""

    at: float
    check: CheckQuestion


@dataclass(frozen=True, slots=True)
class CaptionTrack:
    """Captions of the film: a WebVTT file, its language, and the name in the film's menu."""

    path: str
    language: str
    label: str


@dataclass(frozen=True, slots=True)
class VideoDocument:
    """A film of `duration` seconds with checkpoints, in their order."""

    video: str
    duration: float
    checkpoints: tuple[Checkpoint, ...]
    captions: tuple[CaptionTrack, ...] = ()


def read_video(reader: CourseReader, body: Any) -> VideoDocument:
    """Read a film with checkpoints; if there are problems, what is returned must not be used."""
    if isinstance(body, dict) and isinstance(body.get("checkpoints"), list):
        body = {**body, "checkpoints": sorted(body["checkpoints"], key=_second)}
    found = check_checkpoint_video(body)
    no_film = any(one.path == "video" for one in found)  # then its length is missing, too, and nobody types that
    reader.problems += [one for one in found if not (no_film and one.path == "duration")]
    if reader.problems:
        return VideoDocument("", 0, ())
    checkpoints = tuple(Checkpoint(one["at"], check_of(one)) for one in body["checkpoints"])
    captions = tuple(CaptionTrack(one["path"], one["language"], one["label"]) for one in body.get("captions") or ())
    return VideoDocument(body["video"], body["duration"], checkpoints, captions)


def _second(checkpoint: Any) -> float:
    at = checkpoint.get("at") if isinstance(checkpoint, dict) else None
    return at if isinstance(at, int | float) else 0


def video_json(video: VideoDocument) -> dict[str, Any]:
    """Return a film with checkpoints as JSON; `read_video` is the inverse."""
    written: dict[str, Any] = {"video": video.video, "duration": video.duration}
    if video.captions:
        written["captions"] = [asdict(one) for one in video.captions]
    return {**written, "checkpoints": [{"at": one.at, **check_json(one.check)} for one in video.checkpoints]}
