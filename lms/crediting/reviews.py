"""Read the decisions of reviewers about held hours, in the form of the hours core."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lms.crediting.models import Observation as Row
from lms.crediting.moments import EvidenceQuery, Moment
from lms.crediting.observe_attestations import REFUSED, REVIEWS
from lms.crediting.policy import EnrolmentPolicy
from lms.hours import Reviewed

_REVIEWED = EvidenceQuery(
    lambda void: (
        select(Row.enrolment_id, Row.kind, Row.activity, Row.session, Row.statement_id, Row.device, Row.at, Row.since, Row.seconds)
        .where(Row.enrolment_id.in_(bindparam("enrolments", expanding=True)), void.is_(False), Row.kind.in_(REVIEWS))
        .order_by(Row.id)
    )
)


def reviews_of(session: Session, policies: Mapping[int, EnrolmentPolicy], then: Moment | None = None) -> Mapping[int, Sequence[Reviewed]]:
    """Return the decisions about each enrolment. Where the programme holds nothing, nothing is read."""
    holding = [number for number, own in policies.items() if own.class_policy.policy.holds]
    found: dict[int, list[Reviewed]] = defaultdict(list)
    if holding:
        for number, kind, activity, launch, statement, flag, at, since, seconds in _REVIEWED.ask(session, holding, then):
            if activity in _activities(policies[number]):
                part = (None, None) if since is None else (since, since + seconds)
                found[number].append(Reviewed(flag, activity, launch, str(statement), at, kind == REFUSED, *part))
    return found


def _activities(policy: EnrolmentPolicy) -> Mapping[str, object]:
    return policy.class_policy.activities if policy.track is None else policy.track.activities
