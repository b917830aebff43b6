"""Do the real processes refuse to start if they cannot work, write their log, and stop when told to?"""

import json
import signal
import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from lms.serve_commands import STOP_S
from tests.processes import asked, installed, run, serving
from tests.servers import free_port

pytestmark = pytest.mark.services  # they are started here


@pytest.mark.parametrize("words", ["serve", "worker", "db upgrade"])
def test_wrong_settings_are_told_together_before_anything_starts(tmp_path: Path, words: str) -> None:
    answer = run(tmp_path, *words.split(), DATABASE_URL="mysql://u:pa55word@h/d", SECRET_KEY="short", PUBLIC_URL="here", LOG_LEVEL="LOUD")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert [line.partition(":")[0] for line in answer.stderr.splitlines()] == ["DATABASE_URL", "PUBLIC_URL", "SECRET_KEY", "LOG_LEVEL"]
    assert "pa55word" not in answer.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", ["serve", "worker"])
def test_a_database_without_tables_is_refused_with_what_to_do(tmp_path: Path, words: str) -> None:
    answer = run(tmp_path, *words.split(), REDIS_URL="redis://127.0.0.1:1/0")
    assert answer.returncode == 2
    (line,) = answer.stderr.splitlines()
    assert line.startswith("DATABASE_URL: the database is at nothing")
    assert line.endswith("run `lms db upgrade`")


def test_a_database_that_does_not_answer_is_refused_in_a_line_without_its_password(tmp_path: Path) -> None:
    answer = run(tmp_path, "db", "upgrade", DATABASE_URL="postgresql://lms:pa55word@127.0.0.1:1/lms", SECRET_KEY="k" * 40)
    assert answer.returncode == 2
    (line,) = answer.stderr.splitlines()
    assert line.startswith("DATABASE_URL: ")
    assert "pa55word" not in line


def test_an_installation_is_made_serves_logs_and_stops(tmp_path: Path) -> None:
    for _ in range(2):
        assert run(tmp_path, "db", "upgrade").stdout == "The database is up to date.\n"
    port = free_port()
    with serving(tmp_path, port) as server:
        assert asked(f"http://localhost:{port}/xapi/about") == 200
        second = run(tmp_path, "serve", "--port", str(port))
        assert (second.returncode, second.stdout) == (2, "")
        assert second.stderr.startswith(f"--port: {port} on 127.0.0.1 cannot be listened on")
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
    first, of_packages, *lines = (tmp_path / "log").read_text().splitlines()
    assert first.startswith(f"Serving http://localhost:{port} ")
    assert of_packages.startswith("SCORM plays in "), "without a domain for packages, their hosts are names below localhost"
    assert {json.loads(line)["event"] for line in lines} >= {"request"}


def test_a_client_that_sends_half_a_request_does_not_keep_the_site_from_stopping(tmp_path: Path, sqlite_template: Path) -> None:
    installed(tmp_path, sqlite_template)
    port = free_port()
    form = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nhalf"
    with serving(tmp_path, port) as server, ExitStack() as held:
        for half in (form, b"GET / HTT"):
            connection = held.enter_context(socket.create_connection(("127.0.0.1", port), 10))
            connection.sendall(half)
        assert asked(f"http://localhost:{port}/healthz") == 200  # both have come before this
        server.send_signal(signal.SIGTERM)
        assert server.wait(STOP_S + 30) == 0
