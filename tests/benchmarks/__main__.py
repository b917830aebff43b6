"""How fast is it? Runs the `main()` of each bench_*.py beside this file, or only of those that are named.

python -m tests.benchmarks [--millions] [NAME …]

With --millions, questions are also asked among 2,000,000 statements (6 GB and some three minutes more).
"""

import importlib
import sys
import time
from pathlib import Path

from lms import garbage
from tests.benchmarks.measuring import FULL, MILLIONS, Effort
from tests.benchmarks.places import Places

NAMES = sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))


def run(names: list[str], effort: Effort) -> None:
    """Run these benchmarks in one installation."""
    with Places(effort) as places:
        for name in names:
            print(f"── {name} ──", flush=True)
            started = time.perf_counter()
            importlib.import_module(f"tests.benchmarks.bench_{name}").main(places)
            print(f"({time.perf_counter() - started:.0f} s)\n", flush=True)


def main(wanted: list[str]) -> int:
    """Run what is wanted, all where nothing is named; return the exit code."""
    effort = MILLIONS if "--millions" in wanted else FULL
    wanted = [name for name in wanted if name != "--millions"]
    unknown = [name for name in wanted if name not in NAMES]
    for name in unknown:
        print(f"There is no benchmark {name!r}; there are: {', '.join(NAMES)}", file=sys.stderr)
    if not unknown:
        garbage.look_less_often()  # this process credits and prints as a worker does
        run(wanted or NAMES, effort)
    return 2 if unknown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
