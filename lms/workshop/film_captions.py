"""Put captions beside a plain film of a draft, replace them, or take them away; the film itself stays."""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy.orm import Session

from courses.formats import FORMATS
from lms.accounts.account_changes import By
from lms.catalogue import contents
from lms.catalogue.contents import Listing, StoredFile
from lms.errors import NotFound
from lms.storage import Storage
from lms.workshop.drafts import activity_of, vanished_words
from lms.workshop.history import Saved, change
from lms.workshop.intake import DraftActivity
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


def _name(activity: DraftActivity, ending: str) -> str:
    return str(activity["entry"]).rpartition(".")[0] + ending
