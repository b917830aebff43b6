"""The sentence that a document prints about its own signature."""

from flask_babel import gettext as _

from lms.signing.key import name_of
from lms.signing.site_key import SiteKey

LIFETIME_RECORD = "Record of all years"  # in the signature of such a record, so that the verification page knows what it is


def signature_words(site: SiteKey) -> str:
    """Return the sentence that a document prints about its signature, or about the lack of one."""
    if site.key is None:
        return _("This file has no digital signature.")
    name = name_of(site.key.certificate)
    if site.self_signed:
        return _(
            "Digitally signed with the self-signed certificate “%(name)s”: the signature shows that the file is unchanged,"
            " but nobody outside this site confirms whose it is.",
            name=name,
        )
    return _("Digitally signed by %(name)s. Any later change of the file breaks the signature.", name=name)
