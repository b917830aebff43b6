"""Which TCP connections does this process have with an address? The kernel (Linux) knows; WSGI does not say."""

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import suppress


def connections_of(peer: str, port: int) -> Iterator[socket.socket]:
    """Yield the TCP connections of `peer` to our `port`, each a copy that the caller closes."""
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            if stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                found = socket.socket(fileno=os.dup(int(name)))
                if found.type == socket.SOCK_STREAM and _ends(found) == (peer, port):
                    yield found
                else:
                    found.close()


def _ends(connection: socket.socket) -> tuple[str, int] | None:
    """Return the address at the other end and our own port; None where nobody is there or it is another kind of socket."""
    try:
        peer, own = connection.getpeername(), connection.getsockname()
    except OSError:
        return None
    return (str(peer[0]), int(own[1])) if isinstance(peer, tuple) and isinstance(own, tuple) else None
