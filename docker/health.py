"""Is this container well? `health.py web` asks its own server; `health.py worker` asks the web whether workers still beat."""

import json
import sys
import urllib.error
import urllib.request

SECONDS = 4


def _ask(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=SECONDS) as response:  # noqa: S310 – our own two addresses
            return bytes(response.read())
    except urllib.error.HTTPError as refusal:  # /readyz says 503 when any part is unfit; the worker's own part is what counts
        return refusal.read()
    except OSError as error:
        sys.exit(f"{url} does not answer: {error}")


if sys.argv[1] == "worker":
    said = json.loads(_ask("http://web:8000/readyz"))["checks"].get("worker", "unknown: the database does not answer")
else:
    said = json.loads(_ask("http://127.0.0.1:8000/healthz"))["status"]
if said != "ok":
    sys.exit(f"{sys.argv[1]}: {said}")
