"""How does the host hear that there is new work in the outbox?"""

from blinker import Signal

statements_stored = Signal(
    "Sent after the commit; sender: the Flask app; count: how many were new. A doorbell: losing a ring loses nothing."
)
