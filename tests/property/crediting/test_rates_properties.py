"""Do rates keep their properties on evidence of every kind, and would the proofs notice a fault?"""

import types
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.crediting import rates
from lms.crediting.rates import Segment
from tests.property.crediting.properties import MEDIA_S, PROPERTIES, honest
from tests.property.planting import Fault

MAX_RATE = st.sampled_from([1.0, 1.5, 2.0])
OPENED = {"a": 0, "b": 0, "c": 6, "d": 30}


@st.composite
def claims(draw: st.DrawFn) -> list[Segment]:
    """Few short claims of some launches, so that they meet."""
    found = []
    for number in range(draw(st.integers(0, 8))):
        launch = draw(st.sampled_from(sorted(OPENED)))
        at = OPENED[launch] + draw(st.integers(0, 12))
        start = draw(st.integers(0, MEDIA_S + 5))
        length = draw(st.integers(1, 30))
        claimed = draw(st.sampled_from([0.5, 1.0, 1.0, 1.5, 16.0]))
        found.append(
            Segment((at, f"{draw(st.integers(0, 3))}", number), OPENED[launch], at, start * 1000, (start + length) * 1000, claimed, launch)
        )
    return found


@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda one: one.__name__)
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(said=claims(), max_rate=MAX_RATE)
def test_every_promise_is_kept(holds: types.FunctionType, said: list[Segment], max_rate: float) -> None:
    holds(rates, said, max_rate)


@pytest.mark.parametrize("seed", range(200))
def test_nothing_that_somebody_honestly_played_is_refused(seed: int) -> None:
    said, max_rate = honest(seed)
    told = rates.real_rates(said, max_rate)
    assert [one for one, _ in told] == sorted(said)
    assert all(rate <= max_rate for _, rate in told)


FAULTS = [
    Fault("the launches' times are added up", "rates", "while apart and apart[-1][1] >= since:", "while False:"),
    Fault("time goes on between launches", "rates", "total += claim.at - since", "total = claim.at - min(one.opened for one in claims)"),
    Fault(
        "a tolerance for each segment",
        "rates",
        "time = passed[claim.at] + TOLERANCE_S",
        "time = passed[claim.at] + TOLERANCE_S * len(decided)",
    ),
    Fault("the first claim is asked", "rates", "for number in range(len(spans) - 1, -1, -1):", "for number in range(len(spans)):"),
    Fault(
        "a segment is refused whole",
        "rates",
        "taken, left = _cut(new, room)",
        "taken, left = (new, []) if length(new) <= room else ([], new)",
    ),
    Fault("a slow claim uses up more", "rates", "- covered)", "- round(spent * max_rate * 1000))"),
    Fault(
        "what is outside the media uses up room",
        "rates",
        "inside = clip([(claim.start_ms, claim.end_ms)], 0, media_ms)",
        "inside = [(claim.start_ms, claim.end_ms)]",
    ),
    Fault("what is covered counts again", "rates", "covered += length(taken)", "covered += claim.end_ms - claim.start_ms"),
    Fault("nothing is used up", "rates", "covered += length(taken)", "covered += 0"),
    Fault(
        "what was refused is told as accepted by an earlier claim",
        "rates",
        "if claim.claimed > max_rate or not _touches(claim, refused):",
        "if True:",
    ),
    Fault("the order of reading decides", "rates", "claims = sorted(segments)", "claims = list(segments)"),
    Fault("a word for its own speed is not heard", "rates", "if inside and claim.claimed <= max_rate else (0, 0)", "if inside else (0, 0)"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda one: one.name)
def test_a_planted_fault_breaks_a_promise(fault: Fault) -> None:
    module = types.ModuleType("planted")
    exec(compile(fault.planted(Path(rates.__file__).read_text(encoding="utf-8")), "planted", "exec"), vars(module))  # noqa: S102 - our own source

    @settings(
        max_examples=400,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        deadline=None,
        report_multiple_bugs=False,
    )
    @given(said=claims(), max_rate=MAX_RATE)
    def promises(said: list[Segment], max_rate: float) -> None:
        for holds in PROPERTIES:
            holds(module, said, max_rate)

    with pytest.raises((AssertionError, ArithmeticError, LookupError, ValueError)):  # a broken promise, or a broken program
        promises()
