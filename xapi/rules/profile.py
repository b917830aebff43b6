"""The form of a host's own rules for the statements and documents of one credential, such as those of cmi5. The store only asks them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol


class DocumentRequest(NamedTuple):
    """A request for documents, after its parameters were checked and pinned; `id` None means several documents."""

    resource: str
    method: str
    activity: str
    id: str | None
    content: bytes
    type: str


class Profile(Protocol):
    """Rules of the host for one credential. A refused statement or document is not stored."""

    def admit(self, session: Any, statements: Sequence[Mapping[str, Any]], now: datetime) -> None:
        """Look at statements as they were received, in the transaction that will store them, and note what follows from them.

        Raises:
            XapiError: one of them is refused; nothing of the request is stored.
        """

    def stored(self, session: Any, now: datetime) -> None:
        """Do what follows from the admitted statements, in the same transaction, after they were stored."""

    def document(self, request: DocumentRequest) -> None:
        """Look at a request for documents before it is answered.

        Raises:
            XapiError: it is refused.
        """
