"""The sentences of problems of another record store's address, key and secret, each after the name of its field."""

from collections.abc import Mapping

from courses.strict_json.problem import N_

SENTENCES: Mapping[str, str] = {
    "address-form": N_("must be https://host/path, the address before /statements"),
    "address-parts": N_("has no place for a user name, ? or #; key and secret are given by themselves"),
    "address-statements": N_("is given without /statements at its end"),
    "address-own": N_("is this site itself"),
    "address-machine": N_("is this machine"),
    "address-inside": N_("is inside a network of its own; the system administrator can add it"),
    "address-http": N_("must begin with https://, because http sends the secret readable to everybody on the way"),
    "key-form": N_("needs 1 to %(n)s printable characters, none of them a colon"),
    "secret-form": N_("is missing, or has characters that no header can carry"),
}
