"""How fast is it? Runs the `main()` of each bench_*.py beside this file, or only of those that are named.

python -m tests.benchmarks [NAME …]
"""

import importlib
import sys
from pathlib import Path


def run(wanted: list[str]) -> int:
    """Run benchmarks in the order of their names; return the number of wanted ones that do not exist."""
    names = sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))
    unknown = [name for name in wanted if name not in names]
    for name in unknown:
        print(f"There is no benchmark {name!r}; there are: {', '.join(names)}", file=sys.stderr)
    for name in names if not wanted else [name for name in names if name in wanted]:
        print(f"── {name} ──", flush=True)
        importlib.import_module(f"tests.benchmarks.bench_{name}").main()
        print(flush=True)
    return len(unknown)


if __name__ == "__main__":
    sys.exit(2 if run(sys.argv[1:]) else 0)
