"""API keys of the record store: list, add and revoke them, and count refused requests. Part of the record store's public interface."""

from xapi.rules.auth import Credential
from xapi.storage.key_usage import NOBODY, Refused, first_day, refused_since
from xapi.storage.keys import LONGEST_NAME, SCOPES, VERSIONS, add_key, all_keys, names_of_keys, revoke_key, speaking_for, trusted_names
from xapi.storage.models import ApiKey

__all__ = [
    "LONGEST_NAME",
    "NOBODY",
    "SCOPES",
    "VERSIONS",
    "ApiKey",
    "Credential",
    "Refused",
    "add_key",
    "all_keys",
    "first_day",
    "names_of_keys",
    "refused_since",
    "revoke_key",
    "speaking_for",
    "trusted_names",
]
