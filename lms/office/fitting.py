"""Choose the requirement of hours toward which a course counts unless an office says otherwise. Pure."""

from collections.abc import Collection, Sequence

from lms.catalogue.labels import SUBJECTS
from lms.programmes.values import ProgrammeDocument, Requirement


def fitting(document: ProgrammeDocument, hours: Sequence[Requirement], tracks: Collection[str], subjects: Collection[str]) -> str | None:
    """Return the key of the requirement that a course fits; None if none does, or several.

    It fits if a track of the class (`tracks`; empty: all) that asks for it teaches one of the course's subjects (keys of SUBJECTS).
    A programme document says nothing else by which a course fits one requirement of hours better than another.
    """
    names = {SUBJECTS[one].casefold() for one in subjects if one in SUBJECTS}
    fits = [one.key for one in hours if names & _taught(document, one.key, tracks)]
    return fits[0] if len(fits) == 1 else None


def _taught(document: ProgrammeDocument, requirement: str, tracks: Collection[str]) -> set[str]:
    """Return the English names of the subjects of the tracks that ask for a requirement."""
    asking = [one for one in document.tracks if not tracks or one.key in tracks]
    asking = [one for one in asking if any(found.key == requirement for found in document.requirements_of(one.key))]
    return {subject.en.casefold() for one in asking for subject in one.subjects}
