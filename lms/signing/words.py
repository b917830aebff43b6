"""Texts about the site's signing key."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lms.signing.key import KeyProblem

PROBLEMS: Mapping[KeyProblem, LazyString] = {
    KeyProblem.MISSING: _l("Its file is missing or cannot be read."),
    KeyProblem.UNREADABLE: _l("Its file is neither PEM nor PKCS#12, or it is damaged."),
    KeyProblem.PASSWORD: _l("Its password is wrong or missing."),
    KeyProblem.NO_CERTIFICATE: _l("Its certificate is missing."),
    KeyProblem.MISMATCH: _l("The certificate belongs to another key."),
    KeyProblem.KIND: _l("It must be an RSA key of at least 2,048 bits, or an ECDSA key (P-256, P-384, P-521)."),
    KeyProblem.USAGE: _l("Its certificate does not allow signatures (key usage)."),
    KeyProblem.NOT_YET: _l("Its certificate is not valid yet."),
    KeyProblem.EXPIRED: _l("Its certificate has expired."),
    KeyProblem.REVOKED: _l("Its certificate was revoked."),
}


def problem_words(problem: KeyProblem) -> str:
    """Say why documents cannot be signed."""
    return str(PROBLEMS[problem])
