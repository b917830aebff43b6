"""Find this process's TCP connections with an address. The kernel (Linux) knows them; WSGI does not tell."""

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import suppress


def connections_of(peer: str, port: int) -> Iterator[socket.socket]:
    """Yield the TCP connections of `peer` to our `port`, each as a copy that the caller closes."""
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            if stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                found = socket.socket(fileno=os.dup(int(name)))
                if found.type == socket.SOCK_STREAM and _ends(found) == (peer, port):
                    yield found
                else:
                    found.close()


def _ends(connection: socket.socket) -> tuple[str, int] | None:
    """Return the client's address and our port; None if it is not a connected network socket."""
    try:
        peer, own = connection.getpeername(), connection.getsockname()
    except OSError:
        return None
    return (str(peer[0]), int(own[1])) if isinstance(peer, tuple) and isinstance(own, tuple) else None
