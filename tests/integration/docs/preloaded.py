"""Run many `lms` commands without loading the product each time: one process loads it, and forks for each command.

`python -m tests.integration.docs.preloaded SOCKET` serves; `write_client` writes the program that stands in for `lms`.
"""

import json
import os
import signal
import socket
import sys
from importlib import import_module
from pathlib import Path

from lms import cli

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
    command = os.fork()
    if command == 0:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        connection.close()
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["lms", *words]
        cli.main()
    _, status = os.waitpid(command, 0)
    connection.sendall(os.waitstatus_to_exitcode(status).to_bytes(1, "big"))
    os._exit(0)


if __name__ == "__main__":
    serve(sys.argv[1])
