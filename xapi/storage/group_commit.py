"""Let callers that arrive at the same time share one piece of work. The first does it for all that wait (group commit).

No caller waits for others to arrive: a single caller works at once, for itself. Callers that arrive while it works wait, and
then the first of them works for all of them. So they share the cost of one transaction.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

MOST = 32

Given = TypeVar("Given")
Got = TypeVar("Got")


class _Turn(Generic[Given, Got]):
    """One caller: its input, and its result once it is called."""

    __slots__ = ("called", "given", "got", "leads")

    def __init__(self, given: Given) -> None:
        self.given = given
        self.got: list[Got] = []  # has one item when the work is done
        self.leads = False
        self.called = threading.Lock()  # held until the caller is called: half the cost of an Event
        self.called.acquire()


class GroupCommit(Generic[Given, Got]):
    """Call `work` with the inputs of several threads; it returns one result for each input, in order.

    `work` must leave nothing behind when it raises. Then each thread runs `work` again for its own input only, so that
    no caller fails because of another caller's input.
    """

    def __init__(self, work: Callable[[Sequence[Given]], Sequence[Got]]) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._waiting: list[_Turn[Given, Got]] = []
        self._led = False

    def __call__(self, given: Given) -> Got:
        """Return the result of `work` for this input.

        Raises:
            Exception: the error that `work` raises for this input alone.
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
        """Work for all waiting callers, the current one first; then release them, and the next leader if others have arrived."""
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
