"""Ask a virus scanner about an uploaded file: clamd, by its INSTREAM command (clamd(8)).

    → zINSTREAM\\0, then pieces: four bytes of length in network order, and the bytes; a length of 0 ends the file
    ← stream: OK\\0  |  stream: <signature> FOUND\\0  |  <reason> ERROR\\0

The file itself never leaves through another way, and nothing but the answer's signature is used. Time and answer are bounded.
"""

import re
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PIECE = 256 * 1024  # bytes
LONGEST_ANSWER = 4096
LONGEST_SIGNATURE = 200
CONNECT_S, STEP_S = 5.0, 60.0  # until a connection stands; until one piece is taken, or the answer comes
WHOLE_S = 900.0  # for a file, however large
ANSWER = re.compile(r"(?:[^:]{0,200}: )?(?P<signature>\S{1,200}) FOUND")


@dataclass(frozen=True, slots=True)
class Clean:
    """The scanner has found nothing."""


@dataclass(frozen=True, slots=True)
class Infected:
    """The scanner has found the malware of this signature."""

    signature: str


@dataclass(frozen=True, slots=True)
class NotScanned:
    """The scanner could not be asked, or did not answer; why, for the log."""

    why: str


ScanResult = Clean | Infected | NotScanned


def scan(address: str, path: Path, clock: Callable[[], float] = time.monotonic) -> ScanResult:
    """Return what the scanner at `address`, the path of a socket or host:port, says of a file."""
    until = clock() + WHOLE_S
    try:
        with _connect(address) as line, path.open("rb") as file:
            _send(line, file, until, clock)
            return _read(line, until, clock)
    except OSError as error:
        return NotScanned(f"{type(error).__name__}: {error}")


def _connect(address: str) -> socket.socket:
    if address.startswith("/"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(CONNECT_S)
        try:
            line.connect(address)
        except OSError:
            line.close()
            raise
    else:
        host, _colon, port = address.rpartition(":")
        line = socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_S)
    line.settimeout(STEP_S)
    return line


def _send(line: socket.socket, file: IO[bytes], until: float, clock: Callable[[], float]) -> None:
    """Send a file; if the scanner stops listening because it has its answer, stop as well."""
    try:
        line.sendall(b"zINSTREAM\0")
        while piece := file.read(PIECE):
            if clock() > until:
                raise TimeoutError("the scan takes too long")
            line.sendall(struct.pack("!I", len(piece)) + piece)
        line.sendall(struct.pack("!I", 0))
    except (BrokenPipeError, ConnectionResetError):
        return  # it has answered before the end, such as when the file exceeds its StreamMaxLength


def _read(line: socket.socket, until: float, clock: Callable[[], float]) -> ScanResult:
    answer = b""
    while len(answer) < LONGEST_ANSWER and not answer.endswith(b"\0"):
        if clock() > until:
            raise TimeoutError("the scan takes too long")
        more = line.recv(LONGEST_ANSWER - len(answer))
        if not more:
            break
        answer += more
    said = answer.rstrip(b"\0").decode("utf-8", "replace").strip()
    if said == "stream: OK":
        return Clean()
    found = ANSWER.fullmatch(said)
    return Infected(found["signature"]) if found else NotScanned(f"clamd: {said[:LONGEST_SIGNATURE] or 'no answer'}")
