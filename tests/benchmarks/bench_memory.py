"""How much memory do a large attachment, sent and fetched, and an export take? It should be the same for ten times the size."""

import hashlib
import json
import os
import subprocess
import time
import uuid

from tests.benchmarks import wire
from tests.benchmarks.bench_queries import filled
from tests.benchmarks.bench_statements import COURSE, VERSION, key_for
from tests.benchmarks.measuring import print_table
from tests.benchmarks.places import LMS, Places, Site, environment, peak_of

MB = 2**20
FORMS = ("jsonl", "parquet")
BOUNDARY = "bench"


def main(places: Places) -> None:
    """Send and fetch a tenth of the largest attachment, and then the whole of it."""
    site = places.site("postgresql")
    authorization = key_for(site)
    _send(site, authorization, os.urandom(1024))  # objects that are loaded on first use must not be counted
    rows = [row for size in (places.effort.attachment // 10, places.effort.attachment) for row in _both(site, authorization, size)]
    print_table(("", "MB", "s", "most memory before, MB", "after, MB", "more, MB"), rows)
    exports = [_exported(places, size, form) for form in FORMS for size in places.effort.statements]
    print_table(("exported", "statements", "MB", "s", "most memory, MB"), exports)


def _both(site: Site, authorization: str, size: int) -> list[tuple[str, ...]]:
    content = os.urandom(size)
    before, started = _begin(site), time.perf_counter()
    statement_id = _send(site, authorization, content)
    sent = _row("sent", size, started, before, site.served.peak())
    before, started = _begin(site), time.perf_counter()
    path = f"/xapi/statements?statementId={statement_id}&attachments=true"
    reply = wire.ask(site.served.port, wire.request("GET", path, {"Authorization": authorization, **VERSION}))
    if content not in reply.body:
        raise RuntimeError("the attachment came back as something else")
    return [sent, _row("fetched", size, started, before, site.served.peak())]


def _exported(places: Places, statements: int, form: str) -> tuple[str, ...]:
    """Write all statements to a file with the export command."""
    site, out = filled(places, statements), places.folder / f"all-{statements}.{form}"
    started = time.perf_counter()
    command = [*LMS, "xapi", "export", "--format", form, "--out", str(out)]
    log = out.with_suffix(".log")
    with log.open("wb") as said:
        process, most = subprocess.Popen(command, env=environment(site.settings), stdout=said, stderr=said), 0
        while process.poll() is None:  # the system's count for a child process begins with its parent's memory
            most = max(most, peak_of(process.pid))
            time.sleep(0.02)
    if process.returncode:
        raise RuntimeError(f"the export ended with {process.returncode}:\n{log.read_text()}")
    seconds = time.perf_counter() - started
    return (form, f"{statements:,}", f"{out.stat().st_size / MB:.0f}", f"{seconds:.1f}", f"{most / MB:.0f}")


def _begin(site: Site) -> int:
    site.served.reset_peak()
    return site.served.peak()


def _row(name: str, size: int, started: float, before: int, after: int) -> tuple[str, ...]:
    seconds = time.perf_counter() - started
    return (name, f"{size / MB:.1f}", f"{seconds:.1f}", f"{before / MB:.0f}", f"{after / MB:.0f}", f"{(after - before) / MB:.1f}")


def _send(site: Site, authorization: str, content: bytes) -> str:
    """Post a statement with this attachment; return its id."""
    statement_id, sha2 = str(uuid.uuid4()), hashlib.sha256(content).hexdigest()
    attachment = {
        "usageType": "https://bench.example/film",
        "display": {"zh-CN": "录像"},
        "contentType": "video/mp4",
        "length": len(content),
        "sha2": sha2,
    }
    statement = {
        "id": statement_id,
        "actor": {"account": {"homePage": "https://bench.example", "name": "teacher-1"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/attached"},
        "object": {"id": COURSE},
        "attachments": [attachment],
    }
    first = f"--{BOUNDARY}\r\nContent-Type: application/json\r\n\r\n{json.dumps(statement)}\r\n--{BOUNDARY}\r\n"
    second = f"Content-Type: video/mp4\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: {sha2}\r\n\r\n"
    body = b"".join(((first + second).encode(), content, f"\r\n--{BOUNDARY}--\r\n".encode()))
    headers = {"Authorization": authorization, **VERSION, "Content-Type": f"multipart/mixed; boundary={BOUNDARY}"}
    wire.ask(site.served.port, wire.request("POST", "/xapi/statements", headers, body))
    return statement_id
