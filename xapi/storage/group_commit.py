"""How do callers that come at the same time share one piece of work? The first does it for all who wait meanwhile (group commit).

Nobody waits for others to come: who comes alone works at once, for itself. Those who come while it works wait, and the
first of them then works for all of them. What a transaction costs, they share.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

MOST = 32

Given = TypeVar("Given")
Got = TypeVar("Got")


class _Turn(Generic[Given, Got]):
    """One caller: what it brought, and what it is told when it is called."""

    __slots__ = ("called", "given", "got", "leads")

    def __init__(self, given: Given) -> None:
        self.given = given
        self.got: list[Got] = []  # one item when the work is done
        self.leads = False
        self.called = threading.Lock()  # held until it is called: half the cost of an Event
        self.called.acquire()


class GroupCommit(Generic[Given, Got]):
    """Call `work` with what several threads bring; it returns what each of them gets, in order.

    `work` must leave nothing behind when it raises: then each caller's own is worked on by itself, by its own thread, so that
    nobody fails for what another one brought.
    """

    def __init__(self, work: Callable[[Sequence[Given]], Sequence[Got]]) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._waiting: list[_Turn[Given, Got]] = []
        self._led = False

    def __call__(self, given: Given) -> Got:
        """Return what `work` makes of this.

        Raises:
            Exception: what `work` raises for this alone.
        """
        turn: _Turn[Given, Got] = _Turn(given)
        with self._lock:
            self._waiting.append(turn)
            turn.leads, self._led = not self._led, True
        if not turn.leads:
            turn.called.acquire()
        if turn.leads:
            self._lead()
        return turn.got[0] if turn.got else self._work([given])[0]

    def _lead(self) -> None:
        """Work for all who wait, the caller first among them; then call them, and whoever came meanwhile to lead the next."""
        with self._lock:
            group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        try:
            for turn, got in zip(group, self._work([turn.given for turn in group]), strict=True):
                turn.got.append(got)
        except Exception:
            if len(group) == 1:
                raise
        finally:
            self._hand_over(group[1:])

    def _hand_over(self, served: Sequence[_Turn[Given, Got]]) -> None:
        with self._lock:
            following = self._waiting[0] if self._waiting else None
            self._led = following is not None
        for turn in served:
            turn.called.release()
        if following is not None:
            following.leads = True
            following.called.release()
