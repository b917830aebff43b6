"""Statements that the host has not processed yet. Part of the record store's public interface."""

from xapi.storage.outbox import Parked, Waiting, done, oldest, park, parked, put_again, take, take_parked, waiting_among

__all__ = ["Parked", "Waiting", "done", "oldest", "park", "parked", "put_again", "take", "take_parked", "waiting_among"]
