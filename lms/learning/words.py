"""Texts for the scripts of the player page, translated here; the page fills in `{…}`."""

from typing import Any

from flask_babel import gettext as _

from lms.i18n import length_forms


def player_texts(window_seconds: int) -> dict[str, Any]:
    """Return the texts; `window_seconds` is how long the server waits for a beat before it stops counting."""
    return {
        "states": {
            "starting": _("Connecting to the clock …"),
            "counting": _("Counting"),
            "hidden": _("Paused: this page is in the background"),
            "loading": _("Not counting yet: the content is still loading."),
            "unit": _("Not counting: the unit is not open. Open it to continue."),
            "failed": _("Not counting: the content does not show. The reason stands above it."),
            "alone": _("Paused: nobody has touched the page for ten minutes. Touch it to continue."),
            "idle": _("Paused: nothing has moved for two minutes. Touch the page to continue."),
            "offline": _(
                "Not connected: reading without a connection earns nothing. Only a gap of up to %(seconds)s seconds is bridged.",
                seconds=window_seconds,
            ),
            "lease": _("Paused: you are learning on another page or device. Only one counts at a time."),
            "ended": _("This session has ended. The time measured is kept."),
            "signin": _("You are signed out. Sign in again to continue; the time measured is kept."),
            "closed": _("This activity is closed to you at the moment. The time measured is kept."),
            "take": _("Learn here instead"),
            "reopen": _("Start again here"),
            "lengths": length_forms(),
            "spoken": _("Time measured so far: {minutes} minutes"),
        },
        "content": content_texts(),
        "outline": {"pages": _("Pages"), "page": _("Page {n}"), "seen": _("Page {n}, seen")},
        "gate_open": _("The condition is met. Time in this activity counts; you can continue."),
        "waiting": waiting_texts(),
        "held": _("What you did last was not sent; it is kept on this device. {reason}"),
        "refused": _("Something could not be saved: {reason}"),
        "unheard": _(
            "The content of this activity sent something that cannot be recorded, so the activity may not show as completed. "
            "Tell your trainer which activity it is."
        ),
        "lapsed": _(
            "This session has ended. What this activity reports now waits on this page, and is saved when you choose “Start again here”."
        ),
        "unkept": _(
            "This activity keeps more about where you are than can be saved, so the place is not saved. Your hours are not affected: "
            "finish it in one sitting, and tell your trainer."
        ),
        "full": _(
            "No more learning records of this activity can be saved, because it has sent too many. What was saved stays, and your time "
            "still counts. Tell your trainer which activity it is."
        ),
    }


def waiting_texts() -> dict[str, str]:
    """Return the texts about what is kept on the device until it can be sent."""
    return {
        "waits": _("Kept on this device since {time}, and sent when the connection is back: {what}."),
        "statement": _("learning records ({count})"),
        "answers": _("answers handed in ({count})"),
        "state": _("the place where you are"),
        "and": _(", "),
        "last": _("Last sent at {time}."),
        "sent": _("Connected again. Everything that waited was sent at {time}."),
        "loose": _(
            "This device keeps no more: leave this page open until the connection is back. "
            "What you do now is lost if the page closes before."
        ),
    }


def unit_texts() -> dict[str, str]:
    """Return the texts about opening a unit of cmi5."""
    return {
        "own_window": _(
            "This unit opens in a window of its own. Time counts only while this page is visible beside it, and nobody hears here what you "
            "do there: touch this page at least every ten minutes."
        ),
        "blocked": _("The browser did not let the window open. Allow windows for this site, then try again."),
        "closed": _("The unit was closed. What it reported is saved."),
        "open": _("Open the unit"),
        "again": _("Open the unit again"),
    }


def live_texts() -> dict[str, Any]:
    """Return the texts of the clock beside a live session."""
    return {
        "states": {
            "starting": _("Connecting to the clock …"),
            "early": _("The session has not begun. The clock starts automatically."),
            "counting": _("Counting"),
            "alone": _("Paused: ten minutes without a sign of you. Press “I am still here” to continue."),
            "over": _("The session is over. What was measured is kept."),
            "offline": _("No connection. Up to ten minutes are bridged; then counting waits until you are back."),
            "lease": _("Paused: you are learning on another page or device. Only one counts at a time."),
            "ended": _("This session has ended. The time measured is kept."),
            "signin": _("You are signed out. Sign in again to continue; the time measured is kept."),
            "closed": _("This session is closed to you at the moment. The time measured is kept."),
            "take": _("Count here instead"),
            "reopen": _("Start again here"),
            "lengths": length_forms(),
            "spoken": _("Time measured so far: {minutes} minutes"),
        },
        "here": _("Noted. Come back within ten minutes."),
        "call": _("Please press “I am still here”"),
    }


def failure_words(reason: str) -> str:
    """Return the reason why content could not be shown, for a trainer."""
    return {
        "missing": _("A file is missing in the package"),
        "outside": _("It loads from another site, which is not allowed"),
        "format": _("The browser cannot play the format of the film"),
        "sound": _("The browser plays the sound without the picture"),
        "error": _("A script of the content stopped with an error"),
        "blank": _("The content draws nothing"),
        "late": _("Nothing arrived within a minute: a weak line, or a network that blocks the content host"),
    }.get(reason, reason)


def content_texts() -> dict[str, str]:
    """Return the problem of content that cannot be shown, and what to do; time counts as soon as it is visible."""
    assurance = _("Your trainer can see that it failed. No time counts here until it works; continue with another activity.")
    return {
        "slow": _("The content is slow to arrive. Time counts from the moment it shows; you need not do anything."),
        "network": _("The connection broke while the content was loading. It is requested again automatically; time counts once it shows."),
        "missing": _("A file of this activity is missing on the server.") + " " + assurance,
        "outside": _("This activity wants to load something from another site, which is not allowed here.") + " " + assurance,
        "format": _(
            "This browser cannot play the format of this film. Try another browser, such as a current Chrome, Edge or Safari. "
            "Your trainer can see that it failed; no time counts here until it plays."
        ),
        "sound": _(
            "This browser plays the sound of this film but cannot show its picture. Try another browser, such as a current Chrome, Edge "
            "or Safari. Your trainer can see that it failed; no time counts here until the picture shows."
        ),
        "error": _("The content of this activity stopped with an error.") + " " + assurance,
        "blank": _("The content of this activity shows nothing.") + " " + assurance,
    }
