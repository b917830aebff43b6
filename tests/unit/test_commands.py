"""Is the JSON of a command complete while another thread logs, and is a failure explained?"""

import json
import threading

import click
import pytest
import structlog
from click.testing import CliRunner

from tests.commands import json_of


@click.command()
def told() -> None:
    """Write a document, as a command does."""
    click.echo(json.dumps({"told": 1}))


@click.command()
def broken() -> None:
    """Fail as nobody foresaw."""
    click.echo("half of it")
    raise ArithmeticError("planted")


def test_what_a_thread_logs_meanwhile_is_not_in_what_the_command_writes() -> None:
    """The server of a browser test once logged the page's last request into the document of the next test."""
    stop, log = threading.Event(), structlog.get_logger(__name__)

    def serve() -> None:
        while not stop.is_set():
            log.info("request", method="POST")

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        for _ in range(300):
            assert json_of(CliRunner().invoke(told)) == {"told": 1}
    finally:
        stop.set()
        thread.join()


def test_a_command_that_failed_is_quoted_with_its_exit_code_and_exception() -> None:
    with pytest.raises(AssertionError, match=r"exit code 1, exception ArithmeticError\('planted'\), standard output 'half of it"):
        json_of(CliRunner().invoke(broken))
    with pytest.raises(AssertionError, match="standard output 'half of it"):
        json_of(CliRunner().invoke(broken), exit_code=1)
    assert json_of(CliRunner().invoke(told)) == {"told": 1}
    with pytest.raises(AssertionError, match="exit code 0"):
        json_of(CliRunner().invoke(told), exit_code=1)
