"""Read an evidence bundle and recompute it. Input: JSON. Output: a case, a result, or every problem."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from courses.strict_json.loading import Json, load_json
from courses.strict_json.problem import Problem, in_english
from courses.strict_json.reader import below
from lms.hours.about import read_about
from lms.hours.attestation_reading import ATTESTED, contradictions
from lms.hours.decide import recompute
from lms.hours.hold_values import Reviewed
from lms.hours.review_reading import REVIEWED, ReviewReader
from lms.hours.rounding import floor_times
from lms.hours.sentences import SENTENCES
from lms.hours.track_reading import TRACK_FIELDS, KnownNames
from lms.hours.track_values import Attestation
from lms.hours.values import (
    Case,
    Completed,
    Observation,
    Passed,
    Played,
    Policy,
    Present,
    Reported,
    Rule,
)
from lms.hours.writing import dump_result

LONGEST_DAY_MINUTES = 25 * 60
MOST_MINUTES, MOST_MEDIA_S, MOST_CLAIM_S = Decimal(10**6), Decimal(10**8), Decimal(10**12)
COMMON = frozenset({"kind", "activity", "session"})
OPTIONAL = frozenset({"device", "statement"})
FIELDS = {
    "present": COMMON | {"from", "to"},
    "played": COMMON | {"at", "from_s", "to_s", "rate"},
    "reported": COMMON | {"opened", "at", "seconds"},
    "completed": COMMON | {"at"},
    "passed": COMMON | {"at"},
}


def recompute_file(text: str) -> tuple[Json | None, list[str]]:
    """Recompute a bundle given as JSON text; return (result, []) or (None, one line for each problem with its JSON path).

    For a solved case (`{"why", "case", "expect"}`), the bundle is its `case`.
    """
    bundle, problems = load_json(text)
    if bundle is None and problems:
        return None, _lines(problems)
    path = "$"
    if isinstance(bundle, dict) and "case" in bundle and "policy" not in bundle:
        bundle, path = bundle["case"], "$.case"
    if isinstance(bundle, dict) and "evidence_erased" in bundle:
        return None, _lines([Problem("evidence-erased", f"{path}.evidence_erased")])
    about: Json | None = None
    if isinstance(bundle, dict) and "about" in bundle:
        about, wrong = read_about(bundle, path)
        problems += wrong
        bundle = {name: value for name, value in bundle.items() if name != "about"}
    case = parse(bundle, path)
    if isinstance(case, list):
        problems += case
    if problems or isinstance(case, list):
        return None, _lines(problems)
    return ({"about": about} if about else {}) | dump_result(recompute(case)), []


def _lines(problems: list[Problem]) -> list[str]:
    return [f"{one.path}: {in_english(one, SENTENCES)}" for one in problems]


def parse(bundle: Any, path: str = "$") -> Case | list[Problem]:
    """Read a bundle that `load_json` loaded; return the case, or every problem.

    Unknown keys are problems too, because a misspelt requirement must not open a gate.
    """
    reader = BundleReader()
    top = reader.object(bundle, path, {"policy", "activities", "observations"}, {"window"} | TRACK_FIELDS)
    if top is None:
        return reader.problems
    reader.known = KnownNames.of(top)
    policy = reader.policy(top["policy"], f"{path}.policy")
    window = reader.window(top.get("window"), f"{path}.window")
    rules = reader.rules(top["activities"], f"{path}.activities")
    track = reader.track(top, path)
    as_of = None if top.get("as_of") is None else reader.instant(top["as_of"], f"{path}.as_of")
    observations, attestations, reviews = reader.observations(top["observations"], f"{path}.observations", policy)
    if reader.problems or policy is None:
        return reader.problems
    if track is None:  # without requirements nothing is judged, so courses make no difference
        rules = {name: replace(rule, course=None) for name, rule in rules.items()}
    return Case(policy, rules, observations, window, as_of, track, attestations if track is not None else (), tuple(reviews))


class BundleReader(ReviewReader):
    """Reads the parts of a bundle."""

    def policy(self, value: Any, path: str) -> Policy | None:
        """Read the rules of conversion."""
        required = {"hour_minutes", "round_to", "time_zone", "max_rate"}
        found = self.object(value, path, required, {"daily_limit_minutes", "finished_share", "attended_share", "holds"})
        if found is None:
            return None
        limit = found.get("daily_limit_minutes")
        return Policy(
            hour_minutes=self.whole(found["hour_minutes"], f"{path}.hour_minutes", least=1, most=1440),
            round_to=self.decimal_text(found["round_to"], f"{path}.round_to"),
            time_zone=self.zone(found["time_zone"], f"{path}.time_zone"),
            daily_limit_minutes=None if limit is None else self.whole(limit, f"{path}.daily_limit_minutes", most=LONGEST_DAY_MINUTES),
            max_rate=self.number(found["max_rate"], f"{path}.max_rate", above=Decimal(0)),
            finished_share=self.share(found.get("finished_share"), f"{path}.finished_share"),
            attended_share=self.share(found.get("attended_share"), f"{path}.attended_share"),
            holds=self.holds(found.get("holds"), f"{path}.holds"),
        )

    def window(self, value: Any, path: str) -> tuple[int | None, int | None]:
        """Read the enrolment's window; both ends are optional."""
        found = None if value is None else self.object(value, path, set(), {"from", "to"})
        if found is None:
            return None, None
        if found.get("from") is not None and found.get("to") is not None:
            return self.span(found, path, "from", "to")
        start, end = (None if found.get(name) is None else self.instant(found[name], f"{path}.{name}") for name in ("from", "to"))
        return start, end

    def rules(self, value: Any, path: str) -> dict[str, Rule]:
        """Read the activities."""
        rules = {}
        for name, item in self.mapping(value, path).items():
            self.text(name, below(path, name))
            rule = self.rule(item, below(path, name))
            if rule is not None:
                rules[name] = rule
        return rules

    def rule(self, value: Any, path: str) -> Rule | None:
        """Read the cap and the conditions of one activity."""
        found = self.object(value, path, {"minutes"}, {"media_seconds", "requires", "title", "counts_to", "course"})
        if found is None:
            return None
        media, requires = found.get("media_seconds"), found.get("requires")
        needs = {} if requires is None else self.object(requires, f"{path}.requires", set(), {"completed", "passed", "coverage"}) or {}
        coverage = needs.get("coverage")
        if coverage is not None and media is None:
            self.refuse("needs-media-seconds", f"{path}.requires.coverage")
        counts_to, course = found.get("counts_to"), found.get("course")
        return Rule(
            counts_to=None if counts_to is None else self.requirement_name(counts_to, f"{path}.counts_to", "hours"),
            course=None if course is None else self.known_name(course, f"{path}.course", self.known.courses, "courses"),
            cap_seconds=floor_times(self.number(found["minutes"], f"{path}.minutes", most=MOST_MINUTES), 60),
            media_seconds=None if media is None else plain(self.number(media, f"{path}.media_seconds", most=MOST_MEDIA_S)),
            completed=self.boolean(needs.get("completed", False), f"{path}.requires.completed"),
            passed=self.boolean(needs.get("passed", False), f"{path}.requires.passed"),
            coverage=None if coverage is None else self.number(coverage, f"{path}.requires.coverage", most=Decimal(1)),
        )

    def observations(self, value: Any, path: str, policy: Policy | None) -> tuple[list[Observation], list[Attestation], list[Reviewed]]:
        """Read the observations: from the learner's devices, and from staff, authorities and reviewers."""
        seen: list[Observation] = []
        reviews: list[Reviewed] = []
        attested: list[tuple[str, Attestation]] = []
        for index, item in enumerate(self.array(value, path)):
            at = f"{path}[{index}]"
            kind = item.get("kind") if isinstance(item, dict) else None
            if isinstance(kind, str) and kind in ATTESTED:
                attestation = self.attestation(item, at, policy)
                attested += [] if attestation is None else [(at, attestation)]
            elif isinstance(kind, str) and kind in REVIEWED:
                review = self.review(item, at)
                reviews += [] if review is None else [review]
            else:
                observation = self.observation(item, at)
                seen += [] if observation is None else [observation]
        self.problems += [] if self.problems else contradictions(attested)
        return seen, [attestation for _, attestation in attested], reviews

    def observation(self, value: Any, path: str) -> Observation | None:
        """Read one observation from the learner's devices."""
        kind = value.get("kind") if isinstance(value, dict) else None
        if isinstance(value, dict) and (not isinstance(kind, str) or kind not in FIELDS):
            self.refuse("choice", f"{path}.kind", choices=", ".join((*FIELDS, *ATTESTED, *REVIEWED)))
            return None
        found = self.object(value, path, FIELDS[kind] if kind else COMMON, OPTIONAL)
        if found is None or kind is None:
            return None
        activity = self.known_name(found["activity"], f"{path}.activity", self.known.activities, "activities")
        session = self.text(found["session"], f"{path}.session")
        device = "" if found.get("device") is None else self.text(found["device"], f"{path}.device")
        if kind == "present":
            return Present(activity, session, device, *self.span(found, path, "from", "to"))
        if kind == "played":
            return self._played(found, path, activity, session)
        if kind == "reported":
            seconds = floor_times(self.number(found["seconds"], f"{path}.seconds", most=MOST_CLAIM_S), 1)
            return Reported(activity, session, *self.span(found, path, "opened", "at"), seconds)
        word = Completed if kind == "completed" else Passed
        return word(activity, session, self.instant(found["at"], f"{path}.at") or 0)

    def _played(self, found: Json, path: str, activity: str, session: str) -> Played:
        problems = len(self.problems)
        at = self.instant(found["at"], f"{path}.at") or 0
        start_s, end_s = (self.number(found[name], f"{path}.{name}") for name in ("from_s", "to_s"))
        if start_s > end_s and len(self.problems) == problems:
            self.refuse("after", f"{path}.from_s", other="to_s")
        rate = self.number(found["rate"], f"{path}.rate", above=Decimal(0))
        return Played(activity, session, at, floor_times(start_s, 1000), floor_times(end_s, 1000), rate)


def plain(value: Decimal) -> int | Decimal:
    """Return a whole number as an integer, any other number unchanged."""
    return int(value) if value == int(value) else value
