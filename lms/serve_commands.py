"""`lms serve`: serve the site. This process only supervises the web processes and loads nothing of the application."""

import logging
import os
import resource
import socket

import click
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from lms.starting import demand_schema, refuse, settings_of_environment

THREADS = 1024  # of one web process; only few work at a time (lms/web/concurrency.py), the others wait for their client
CONNECTIONS = 8192  # of one web process, including idle ones
STOP_S = 10  # below stop_grace_period of docker/compose.yaml


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Web processes; more than one needs REDIS_URL.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the site. Without REDIS_URL the background worker runs inside this process."""
    settings = settings_of_environment(port)
    if workers > 1 and settings.redis_url is None:
        refuse(["--workers: more than one web process needs REDIS_URL, because without it each would run a background worker of its own"])
    demand_schema(settings)
    _demand_port(host, port)
    # the high number of THREADS is intended
    logging.getLogger("_granian").addFilter(lambda record: "seems quite high" not in record.getMessage())
    content = settings.package_url or settings.content_url
    os.environ.update(PUBLIC_URL=settings.public_url, CONTENT_URL=content)  # the web processes do not get --port
    click.echo(f"Serving {settings.public_url} (content on {content}). Stop with Ctrl+C.")
    if settings.package_domain == "localhost":
        click.echo("SCORM plays in Chrome, Edge and Firefox here: Safari does not know names such as abc.localhost.")
    server = Granian(
        "lms.wsgi:create",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=workers,
        http=HTTPModes.http1,  # with HTTP/2 too, an idle connection would stay open without limit
        blocking_threads=THREADS,
        backpressure=_connections(),
        log_level=LogLevels.error,  # lower levels only give advice about its own options
        respawn_failed_workers=True,
        # otherwise a client that sends half a body, or sometimes one that has gone, would keep the server from stopping
        workers_kill_timeout=STOP_S,
    )
    server.serve()


def _demand_port(host: str, port: int) -> None:
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        refuse([f"--port: {port} on {host} cannot be listened on ({error.strerror}); choose another"])


def _connections() -> int:
    """Return how many connections a web process may have: its limit of open files, raised as far as the system allows."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = hard if hard != resource.RLIM_INFINITY else 2 * CONNECTIONS
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return max(128, min(CONNECTIONS, most // 2))
