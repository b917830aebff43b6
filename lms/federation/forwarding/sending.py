"""Run one turn of a forward: read the next statements, send them, save the progress, and set aside those that are refused."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

import xapi.queries
import xapi.store
from lms.clock import now
from lms.config import Settings
from lms.db import database, transaction
from lms.egress.address import Address, NotReached
from lms.federation.forwarding import turns
from lms.federation.forwarding.bundles import bundles, version_of
from lms.federation.forwarding.models import DeadLetter, Forward
from lms.federation.forwarding.remote import Answer, RemoteStore, opened
from lms.federation.forwarding.turns import ForwardTurn
from lms.federation.forwarding.verdicts import CRASHED, DeliveryVerdict, shut_reason, verdict
from lms.lease import TurnLost
from lms.sealing import NotOpened, derived, unseal
from xapi.queries import JSON, StoredStatement, earlier_about, pack, scan_forward
from xapi.store import load_texts

log = structlog.get_logger(__name__)
PURPOSE, MARK = "secret of a forward", "mark of a forward"
TURN_SECONDS = 5
TOUCH_SECONDS = 30
AT_ONCE = 100
MOST_REFUSED = 20  # statements in a row; after that the statements are not the cause
MOST_CRASHES = 8  # failures in a row; then a statement on which the other store crashes is set aside


class Stop(Exception):
    """The turn ends early. With a `reason`, nothing more is sent until a user resumes the forward.

    `about`: the statements to which the other store gave the answer in `detail`.
    """

    def __init__(self, detail: str, *, reason: str = "", again: timedelta | None = None, about: Sequence[UUID] = ()) -> None:
        super().__init__(detail)
        self.detail, self.reason, self.again, self.about = detail, reason, again, about


def carry(turn: ForwardTurn, settings: Settings) -> bool:
    """Run one turn; return whether there is more to send at once."""
    try:
        with opened(Address(turn.endpoint, turn.internal), turn.key, _secret(turn, settings), mark_of(settings)) as store:
            more = _Run(turn, store).go()
        _note(turn, lambda _session, forward: turns.give_back(forward, now(), more=more))
    except TurnLost:
        return False
    except (NotReached, Stop) as error:
        stop = error if isinstance(error, Stop) else Stop(str(error))
    except Exception as error:  # no error of any kind may end all forwarding
        log.exception("forward.failed", forward=turn.forward_id)
        stop = Stop(f"an error occurred on our side ({type(error).__name__}); the log has the details")
    else:
        return more
    _give_up(turn, stop)
    return False


def mark_of(settings: Settings) -> str:
    """Return the mark in our requests, by which this installation recognises its own statements if they come back."""
    return derived(settings.secret_key, MARK).hex()[:32]


def _secret(turn: ForwardTurn, settings: Settings) -> str:
    try:
        return unseal(turn.secret, settings.secret_key, PURPOSE)
    except NotOpened as error:
        raise Stop("", reason="secret") from error


def _give_up(turn: ForwardTurn, stop: Stop) -> None:
    def note(session: Session, forward: Forward) -> None:
        detail = "" if xapi.store.erased_among(session, stop.about) else stop.detail  # it may quote a statement that was just erased
        if stop.reason:
            turns.shut(forward, stop.reason, detail, now())
        else:
            turns.put_off(forward, detail, stop.again, now())

    try:
        _note(turn, note)
    except TurnLost:
        log.info("forward.lost", forward=turn.forward_id)


def _note(turn: ForwardTurn, change: Callable[[Session, Forward], None]) -> None:
    with transaction() as session:
        change(session, turns.held(session, turn, now()))


def _stop(answer: Answer, bundle: Sequence[StoredStatement]) -> Stop:
    return Stop(answer.said, reason=shut_reason(answer.status), again=answer.again, about=[one.id for one in bundle])


@dataclass(slots=True)
class _Run:
    """One turn in progress."""

    turn: ForwardTurn
    store: RemoteStore
    refused: int = 0
    until: float = field(default_factory=lambda: time.monotonic() + TURN_SECONDS)

    def go(self) -> bool:
        """Send until the turn is over; return whether there is more."""
        self._letters()
        statement_filter, place = self.turn.filter.statement_filter(self.turn.until), self.turn.place
        limit = max(1, AT_ONCE >> self.turn.tries)
        while time.monotonic() < self.until:
            with database().reader() as session:
                found, reached = scan_forward(session, statement_filter, place, limit)
                statements = self._with_those_about(session, found) if statement_filter.filters else found
            if reached is None:
                return False
            self._send_all(statements)
            place = reached
            _note(self.turn, lambda _session, forward, to=place: turns.reach(forward, to))  # type: ignore[misc]
        return True

    def _with_those_about(self, session: Session, found: Sequence[StoredStatement]) -> list[StoredStatement]:
        """Return the statements, preceded by earlier statements that refer to them and were skipped."""
        own = {one.id for one in found}
        return [*(one for one in earlier_about(session, own, found[-1].place) if one.id not in own), *found] if found else []

    def _send_all(self, statements: Sequence[StoredStatement]) -> None:
        with database().reader() as session:
            attached: dict[UUID, int] = defaultdict(int)
            for kept in xapi.queries.kept_for(session, [one.id for one in statements if '"attachments"' in one.text]):
                attached[kept.statement_id] += kept.size
        for version, bundle in bundles(statements, attached):
            self._send(version, bundle, with_data=any(attached.get(one.id) for one in bundle))

    def _send(self, version: str, bundle: Sequence[StoredStatement], *, with_data: bool) -> None:
        """Send a bundle. If it is refused, halve it until the refused statement stands alone."""
        answer = self._post(version, bundle, with_data=with_data)
        found = self._judged(answer, bundle)
        if found is DeliveryVerdict.TAKEN:
            self._took(bundle, sent=len(bundle))
        elif found in {DeliveryVerdict.LATER, DeliveryVerdict.SHUT}:
            raise _stop(answer, bundle)
        elif len(bundle) > 1:
            middle = len(bundle) // 2
            for half in (bundle[:middle], bundle[middle:]):
                self._send(version, half, with_data=with_data)
        elif found is DeliveryVerdict.THERE:
            self._took(bundle, there=1)
        else:
            self._refused(bundle[0], answer.said)

    def _post(self, version: str, bundle: Sequence[StoredStatement], *, with_data: bool) -> Answer:
        texts = [one.text for one in bundle]
        whole = f"[{','.join(texts)}]"
        if with_data:
            packed = pack(database().reader, whole, texts)
            return self.store.statements(version, packed.content_type, packed.length, self._touching(packed.chunks))
        body = whole.encode("utf-8", "surrogatepass")
        return self.store.statements(version, JSON, len(body), [body])

    def _touching(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Renew the turn's lease from time to time, even if the data takes long."""
        touched = time.monotonic()
        for chunk in chunks:
            yield chunk
            if time.monotonic() > touched + TOUCH_SECONDS:
                _note(self.turn, lambda _session, _forward: None)
                touched = time.monotonic()

    def _judged(self, answer: Answer, bundle: Sequence[StoredStatement]) -> DeliveryVerdict:
        """Interpret a response. If a store crashes again and again on one statement but otherwise works, that counts as a refusal."""
        found = verdict(answer.status)
        if answer.status == CRASHED and len(bundle) == 1 and self.turn.tries >= MOST_CRASHES and self.store.versions():
            return DeliveryVerdict.REFUSED
        return found

    def _took(self, bundle: Sequence[StoredStatement], *, sent: int = 0, there: int = 0) -> None:
        def note(_session: Session, forward: Forward) -> None:
            turns.reach(forward, bundle[-1].place)
            turns.take(forward, sent, there, now())

        _note(self.turn, note)

    def _refused(self, seen: StoredStatement, reason: str) -> None:
        def note(session: Session, forward: Forward) -> None:
            turns.reach(forward, seen.place)
            turns.bury(session, forward, seen, reason, now())
            self.refused = forward.refused

        _note(self.turn, note)
        if self.refused >= MOST_REFUSED:
            raise Stop(reason, reason="all-refused", about=[seen.id])

    def _letters(self) -> None:
        """Try marked dead letters again; a letter whose statement was erased is deleted."""
        with database().reader() as session:
            wanted = select(DeadLetter.statement_id).where(DeadLetter.forward_id == self.turn.forward_id, DeadLetter.waiting)
            ids = session.scalars(wanted.order_by(DeadLetter.id).limit(AT_ONCE)).all()
            texts = load_texts(session, ids)
        for one in ids:
            self._letter(one, texts.get(one))

    def _letter(self, statement_id: UUID, text: str | None) -> None:
        refused = ""
        if text is not None:
            seen = StoredStatement(statement_id, self.turn.until, 0, voided=False, text=text)
            with database().reader() as session:
                with_data = bool(xapi.queries.kept_for(session, [statement_id]))
            answer = self._post(version_of(text), [seen], with_data=with_data)
            found = self._judged(answer, [seen])
            if found in {DeliveryVerdict.LATER, DeliveryVerdict.SHUT}:
                raise _stop(answer, [seen])
            refused = answer.said if found is DeliveryVerdict.REFUSED else ""

        def note(session: Session, forward: Forward) -> None:
            letter = turns.letter_of(session, forward, statement_id)
            if letter is not None and refused:
                turns.refuse_again(letter, refused, now())
            elif letter is not None:
                session.delete(letter)
                forward.sent += text is not None

        _note(self.turn, note)
