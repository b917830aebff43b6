"""Summarise a programme document for the command line, in Chinese as it was printed. Pure."""

from collections.abc import Iterator

from lms.programmes.values import UNITS, Phase, ProgrammeDocument


def lines(document: ProgrammeDocument) -> Iterator[str]:
    """Yield the contents of a document: phases, the requirements of each track, and the rules with numbers."""
    yield f"{document.code} {document.year}  {document.name.zh}"
    yield f"for {document.audience.zh}, from {document.effective_from}"
    if document.printed_days is not None:
        yield f"days as printed: {document.printed_days}"
    yield "phases:"
    for phase in document.phases:
        yield f"  {phase.key:16} {phase.name.zh}: {length_of(phase)}"
    for track in document.tracks:
        yield f"track {track.key} ({track.name.zh}) demands:"
        for one in document.requirements_of(track.key):
            target = "some" if one.target is None else f"{one.target:f}"
            yield f"  {one.key:16} {one.title.zh}: {target} {one.unit.zh}"
    minutes, share = document.policy.hour_minutes, document.rules.practical_share
    yield f"one hour: {minutes} minutes; a course is finished at {document.finished_share:f} of its minutes"
    yield f"practical share: at least {share:f}"


def length_of(phase: Phase) -> str:
    """Return how long a phase is; each number keeps its own unit, and a phase may have none."""
    numbers = ((phase.days, "days"), (phase.months, "months"), (phase.hours, "hours"))
    said = [f"{number} {UNITS[kind].zh}" for number, kind in numbers if number is not None]  # type: ignore[index]  # a kind each
    return ", ".join(said) or "no number"
