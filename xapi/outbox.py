"""Statements that the host has not yet worked through. Part of the record store's face."""

from xapi.storage.outbox import Parked, Waiting, done, oldest, park, parked, put_again, take, take_parked, waiting_among

__all__ = ["Parked", "Waiting", "done", "oldest", "park", "parked", "put_again", "take", "take_parked", "waiting_among"]
