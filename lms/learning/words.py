"""What does the player page say? Its scripts' words, translated here; `{…}` is filled in by the page."""

from typing import Any

from flask_babel import gettext as _

from lms.i18n import length_forms


def player_texts(window_seconds: int) -> dict[str, Any]:
    """Return the words; `window_seconds` is how long the server waits for a beat before it stops counting."""
    return {
        "states": {
            "starting": _("Connecting to the clock …"),
            "counting": _("Counting"),
            "hidden": _("Paused: this page is in the background"),
            "idle": _("Paused: nothing has moved for two minutes. Touch the page to go on."),
            "offline": _(
                "No connection. Up to %(seconds)s seconds are bridged; then counting waits until you are back.", seconds=window_seconds
            ),
            "lease": _("Paused: you are learning on another page or device. Only one counts at a time."),
            "ended": _("This session has ended. The time measured is kept."),
            "signin": _("You are signed out. Sign in again to go on; the time measured is kept."),
            "closed": _("This activity is closed to you at the moment. The time measured is kept."),
            "take": _("Learn here instead"),
            "reopen": _("Start again here"),
            "lengths": length_forms(),
            "spoken": _("Time measured so far: {minutes} minutes"),
        },
        "waiting": _("{count} things you did are kept on this device and will be sent when the network is back."),
        "held": _("What you did last was not sent; it is kept on this device. {reason}"),
        "refused": _("Something could not be saved: {reason}"),
        "unheard": _(
            "The content of this activity sent something that cannot be recorded, so the activity may not show as completed. "
            "Tell your trainer which activity it is."
        ),
        "full": _(
            "No more learning records of this activity can be saved, because it has sent too many. What was saved stays, and your time "
            "goes on counting. Tell your trainer which activity it is."
        ),
    }
