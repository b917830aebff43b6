"""Tell the host that the outbox has new work."""

from blinker import Signal

statements_stored = Signal(
    "Sent after the commit; sender: the Flask app; count: how many were new. It is a hint only: a lost signal loses no statement."
)
