"""Does this container's web server answer? Workers and beat are asked by `lms worker --check` and `lms beat --check`."""

import json
import sys
import urllib.request

ADDRESS = "http://127.0.0.1:8000/healthz"
SECONDS = 4

try:
    with urllib.request.urlopen(ADDRESS, timeout=SECONDS) as response:
        said = json.load(response)["status"]
except (OSError, ValueError) as error:
    sys.exit(f"{ADDRESS} does not answer: {error}")
if said != "ok":
    sys.exit(f"{ADDRESS}: {said}")
