"""Run many processes of the product without loading it each time: one process loads it, and forks for each of them.

`python -m tests.preloaded SOCKET` serves; `write_client` writes programs that stand in for `lms` and for `python -c`. A process ends
when the program that stands in for it is killed, and shares nothing but the loaded modules with others.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from lms import cli

ROOT = Path(__file__).parents[1]
CLIENT = """#!{python} -IS
import json, os, socket, sys
if sys.argv[1:2] in (["serve"], ["worker"], ["beat"]) and "--check" not in sys.argv:
    os.execv({lms!r}, [{lms!r}, *sys.argv[1:]])
with socket.socket(socket.AF_UNIX) as to:
    to.connect({address!r})
    asked = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(to, [len(asked).to_bytes(4, "big")], [0, 1, 2])
    to.sendall(asked)
    sys.exit(int.from_bytes(to.recv(1), "big"))
"""


def write_client(path: Path, address: Path) -> None:
    """Write the executable that hands its words, folder, environment and standard streams to the process at `address`."""
    lms = str(Path(sys.executable).with_name("lms"))
    path.write_text(CLIENT.format(python=sys.executable, lms=lms, address=str(address)), encoding="utf-8")
    path.chmod(0o755)


@contextmanager
def programs(folder: Path) -> Iterator[Path]:
    """Put the program `lms` into a folder: its commands, and with `-c` any code, in a process of its own that starts at once."""
    address = folder / "socket"
    server = subprocess.Popen([sys.executable, "-m", "tests.preloaded", str(address)], cwd=ROOT)
    write_client(folder / "lms", address)
    try:
        while not address.exists():
            assert server.poll() is None
            time.sleep(0.05)
        yield folder
    finally:
        server.kill()
        server.wait()


def serve(address: str) -> None:
    """Answer clients one after the other, each by a fork that ends with the command."""
    import_module("lms.app")
    for places in cli.COMMANDS.values():
        for place in places:
            import_module(place.partition(":")[0])
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(address)
    listening.listen()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who answer
    while True:
        connection, _ = listening.accept()
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            listening.close()
            _answer(connection)
        connection.close()


def _answer(connection: socket.socket) -> None:
    length, streams, _, _ = socket.recv_fds(connection, 4, 3)
    with connection.makefile("rb") as file:
        words, folder, environment = json.loads(file.read(int.from_bytes(length, "big")))
    runs, ends = os.pipe()
    command = os.fork()
    if command == 0:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        for one in (*streams, runs):
            os.close(one)
        connection.close()
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        _run(words)
    for one in (*streams, ends):
        os.close(one)
    if connection in select.select([connection, runs], [], [])[0]:  # the program that stands in for the command is gone
        os.kill(command, signal.SIGKILL)
    _, status = os.waitpid(command, 0)
    connection.sendall((os.waitstatus_to_exitcode(status) % 256).to_bytes(1, "big"))
    os._exit(0)


def _run(words: list[str]) -> None:
    if words[:1] == ["-c"]:
        sys.argv = ["-c", *words[2:]]
        exec(compile(words[1], "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102 – code of our own tests
        sys.exit()
    sys.argv = ["lms", *words]
    cli.main()


if __name__ == "__main__":
    serve(sys.argv[1])
