"""Put captions beside a plain film of a draft, replace them, or take them away; the film itself stays. Another film keeps them."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy.orm import Session

from courses.formats import FORMATS
from lms.accounts.account_changes import By
from lms.catalogue import contents
from lms.catalogue.contents import Listing, StoredFile
from lms.errors import NotFound
from lms.storage import Storage
from lms.workshop.drafts import activity_of, vanished_words
from lms.workshop.edits import DraftDocument, find
from lms.workshop.history import Saved, change
from lms.workshop.intake import CheckedFile, DraftActivity
from lms.workshop.models import Draft


@dataclass(frozen=True, slots=True)
class FilmCaptions:
    """The captions of a film in one language: the language's short code and name, and whether there are any."""

    language: str
    label: str
    there: bool


def captions_of(storage: Storage, activity: DraftActivity) -> list[FilmCaptions]:
    """Return the captions that an activity can have, by language; none if it is not a film."""
    listing = contents.listing_by(storage, activity["files"])
    names = listing.files if listing else {}
    return [
        FilmCaptions(language, label, _name(activity, ending) in names)
        for ending, (language, label) in FORMATS[activity["format"]].captions.items()
    ]


class CaptionsPlace(NamedTuple):
    """The film and the language of captions."""

    key: str
    language: str


def put(session: Session, storage: Storage, draft: Draft, place: CaptionsPlace, file: StoredFile | None, by: By) -> Saved:
    """Give a film of a locked draft these captions (WebVTT that is stored); None takes them away.

    Raises:
        Conflict: the draft is published.
        NotFound: the film or its files are gone, or it can have no captions in that language.
    """
    key, language = place
    activity = activity_of(draft, key)
    listing = contents.listing_by(storage, activity["files"])
    ending = next((end for end, (known, _label) in FORMATS[activity["format"]].captions.items() if known == language), None)
    if listing is None or ending is None:
        raise NotFound(vanished_words())
    name = _name(activity, ending)
    files = {one: kept for one, kept in listing.files.items() if one != name} | ({name: file} if file else {})
    to = contents.put_listing(storage, Listing(dict(sorted(files.items()))))
    step = {"do": "set", "of": "activity", "key": key, "field": "files", "was": activity["files"], "to": to}
    return change(session, draft, [step], by)


def with_earlier(storage: Storage, document: DraftDocument, checked: CheckedFile) -> tuple[CheckedFile, list[str]]:
    """Give each film that replaces a film of a draft the captions that its own file does not bring; return the names of their languages.

    Call it while the draft is locked, right before the file is put into it.
    """
    activities, kept = [], []
    for new in checked.activities:
        files = _missing(storage, find(document, "activity", new["key"]), new)
        activities.append(_with(storage, new, files))
        kept += [label for ending, (_language, label) in FORMATS[new["format"]].captions.items() if _name(new, ending) in files]
    return replace(checked, activities=tuple(activities)), kept


def _missing(storage: Storage, old: DraftActivity | None, new: DraftActivity) -> dict[str, StoredFile]:
    """Return the captions of an earlier film that a new one lacks, under the names that they have beside the new one."""
    both = FORMATS[new["format"]].captions.keys() & (FORMATS[old["format"]].captions.keys() if old else ())
    before = contents.listing_by(storage, old["files"]) if old and both else None
    own = contents.listing_by(storage, new["files"]) if before else None
    if old is None or before is None or own is None:
        return {}
    named = {_name(new, ending): before.files.get(_name(old, ending)) for ending in both}
    return {name: file for name, file in named.items() if file is not None and name not in own.files}


def _with(storage: Storage, activity: DraftActivity, files: dict[str, StoredFile]) -> DraftActivity:
    own = contents.listing_by(storage, activity["files"]) if files else None
    if own is None:
        return activity
    return {**activity, "files": contents.put_listing(storage, Listing(dict(sorted({**own.files, **files}.items()))))}


def _name(activity: DraftActivity, ending: str) -> str:
    return str(activity["entry"]).rpartition(".")[0] + ending
