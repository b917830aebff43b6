"""Rewrite the assertions of test modules once in a run. Each of its workers did it for all of them, which took ten seconds of CPU."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from _pytest.assertion import rewrite


def write_share(config: pytest.Config, worker: Mapping[str, Any]) -> int:
    """Write a worker's share of the rewritten modules to where pytest keeps them, and return their number.

    Workers begin at the same time, so each finds what the others wrote when it collects; it rewrites what is missing itself.
    """
    if sys.dont_write_bytecode:
        return 0
    number, written = int(str(worker["workerid"]).removeprefix("gw")), 0
    for path in _modules(config)[number :: int(worker["workercount"])]:
        kept = rewrite.get_cache_dir(path) / f"{path.stem}{rewrite.PYC_TAIL}"
        if rewrite._read_pyc(path, kept) is None:
            kept.parent.mkdir(exist_ok=True)
            digest, code = rewrite._rewrite_test(path, config)
            written += rewrite._write_pyc(config.stash[rewrite.assertstate_key], code, digest, kept)
    return written


def _modules(config: pytest.Config) -> list[Path]:
    """Return the test modules of a run, in the same order in each worker."""
    asked = [Path(one.partition("::")[0]) for one in config.args]
    found = {path.resolve() for one in asked for path in (one.rglob("test_*.py") if one.is_dir() else [one]) if path.suffix == ".py"}
    return sorted(found)
