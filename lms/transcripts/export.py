"""The file forms of a transcript."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lms.signing.site_key import sign_as_site
from lms.transcripts import pdf, sheet
from lms.transcripts.transcript import Transcript, read


@dataclass(frozen=True, slots=True)
class Form:
    """A file form: its MIME type, and the function that writes a transcript in it."""

    mimetype: str
    write: Callable[[Transcript], bytes]


def _bundle(transcript: Transcript) -> bytes:
    return transcript.bundle.encode()


def _signed_bundle(transcript: Transcript) -> bytes:
    """Return the evidence bundle as JSON Web Signature by the site's key.

    Raises:
        Conflict: this site does not sign its documents, or its key cannot sign.
    """
    return sign_as_site(transcript.bundle.encode()).encode()


FORMS: Mapping[str, Form] = {
    "pdf": Form("application/pdf", pdf.of_transcript),
    "xlsx": Form("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", sheet.of_transcript),
    "json": Form("application/json", _bundle),
    "jws": Form("application/jose", _signed_bundle),
}


def write(session: Session, enrolment_id: int, form: str, now: datetime) -> bytes:
    """Return an enrolment's transcript as a file of this form, issued `now`.

    Raises:
        NotFound: there is no such enrolment.
        KeyError: there is no such form.
    """
    return FORMS[form].write(read(session, enrolment_id, now))


def file_name(transcript: Transcript, form: str) -> str:
    """Return a descriptive file name without characters that any system refuses."""
    plain = "".join(one for one in transcript.standing.enrolment.person.name if one.isalnum()) or "transcript"
    return f"{plain}-{transcript.standing.training_class.code}-{transcript.standing.enrolment.id}.{form}"
