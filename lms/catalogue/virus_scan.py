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
CONNECT_S, STEP_S = 5.0, 60.0  # until a connection stands; until one piece is taken
WAIT_S = 30.0  # between two calls of `alive` while the scanner thinks
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


def to_nobody() -> None:
    """Tell nobody that a scan goes on."""


def scan(
    address: str,
    path: Path,
    alive: Callable[[], None] = to_nobody,
    most_s: float = WHOLE_S,
    clock: Callable[[], float] = time.monotonic,
) -> ScanResult:
    """Return what the scanner at `address`, the path of a socket or host:port, says of a file.

    It calls `alive` after each piece and at least every half minute, so that a job can keep its lease; what `alive` raises ends the scan.
    """
    until = clock() + most_s

    def goes_on() -> None:
        alive()
        if clock() > until:
            raise TimeoutError("the scan takes too long")

    try:
        with _connect(address) as line, path.open("rb") as file:
            _send(line, file, goes_on)
            return _read(line, goes_on)
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


def _send(line: socket.socket, file: IO[bytes], goes_on: Callable[[], None]) -> None:
    """Send a file; if the scanner stops listening because it has its answer, stop as well."""
    try:
        line.sendall(b"zINSTREAM\0")
        while piece := file.read(PIECE):
            goes_on()
            line.sendall(struct.pack("!I", len(piece)) + piece)
        line.sendall(struct.pack("!I", 0))
    except (BrokenPipeError, ConnectionResetError):
        return  # it has answered before the end, such as when the file exceeds its StreamMaxLength


def _read(line: socket.socket, goes_on: Callable[[], None]) -> ScanResult:
    answer = b""
    line.settimeout(WAIT_S)
    while len(answer) < LONGEST_ANSWER and not answer.endswith(b"\0"):
        goes_on()
        try:
            more = line.recv(LONGEST_ANSWER - len(answer))
        except TimeoutError:
            continue
        if not more:
            break
        answer += more
    said = answer.rstrip(b"\0").decode("utf-8", "replace").strip()
    if said == "stream: OK":
        return Clean()
    found = ANSWER.fullmatch(said)
    return Infected(found["signature"]) if found else NotScanned(f"clamd: {said[:LONGEST_SIGNATURE] or 'no answer'}")
