"""A stand-in for the virus scanner clamd that speaks its INSTREAM command, on a socket of this machine."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

VIRUS = b"EICAR-LIKE-TEST"
SIGNATURE = "Test.File.Signature-1"


class FakeClamd:
    """Answers as clamd does; `answer` instead of what it would say, `most` as its StreamMaxLength, after so many seconds."""

    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.answer: bytes | None = None
        self.most = 10**9
        self.seconds = 0.0
        self.seen: list[bytes] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self.listener.accept()
                with line, suppress(OSError, struct.error):
                    line.sendall(self._scan(line))

    def _scan(self, line: socket.socket) -> bytes:
        if _exactly(line, 10) != b"zINSTREAM\0":
            return b"UNKNOWN COMMAND\0"
        content = b""
        while size := struct.unpack("!I", _exactly(line, 4))[0]:
            content += _exactly(line, size)
            if len(content) > self.most:
                return b"INSTREAM size limit exceeded. ERROR\0"
        self.seen.append(content)
        time.sleep(self.seconds)
        if self.answer is not None:
            return self.answer
        return f"stream: {SIGNATURE} FOUND\0".encode() if VIRUS in content else b"stream: OK\0"


def _exactly(line: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        more = line.recv(size - len(found))
        if not more:
            raise OSError("the client has gone")
        found += more
    return found


@contextmanager
def clamd_on_socket(path: Path) -> Iterator[FakeClamd]:
    """Listen on a socket of the file system."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        listener.listen()
        yield FakeClamd(listener)


@contextmanager
def clamd_on_port() -> Iterator[tuple[FakeClamd, str]]:
    """Listen on a port of this machine; yield the address too."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield FakeClamd(listener), f"127.0.0.1:{listener.getsockname()[1]}"
