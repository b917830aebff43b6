"""Planted faults: would the proofs notice them? Each is one change of one place of the record store's source."""

import importlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import xapi
from tests.property.planting import Fault, importable

COPY = "planted_xapi"


FAULTS = (
    Fault("a group's members are not found", "actor", 'for member in whoever.get("member", ()):', "for member in ():"),
    Fault("the kind of an identifier plays no part", "actor", "return digest(name, value", 'return digest("name", value'),
    Fault("a SHA-1 is told apart by its case", "actor", 'value.lower() if name == "mbox_sha1sum" else value', "value"),
    Fault("the object is nobody", "indexing", 'in {"Agent", "Group"}', 'in {"Agent"}'),
    Fault("the authority is not related", "indexing", 'if "authority" in statement:', "if False:"),
    Fault("the team is not related", "indexing", '("instructor", "team")', '("instructor",)'),
    Fault("contextGroups are not related", "indexing", '(("contextAgents", "agent"), ("contextGroups", "group"))', '(("contextAgents", "agent"),)'),
    Fault("people in a sub-statement are not related", "indexing", "yield from people_of(statement[\"object\"])", "yield from ()"),
    Fault("a sub-statement's context activities are not related", "indexing", "yield from activities_of(target)", 'yield from [target["object"]] if "id" in target["object"] else []'),
    Fault("a single context activity is not related", "indexing", "items if isinstance(items, list) else [items]", "items if isinstance(items, list) else []"),
    Fault("a registration is related by being somewhere", "indexing", 'statement.get("context", {}).get("registration")', '(statement.get("context") or statement["object"].get("context", {})).get("registration")'),
    Fault("since includes its moment", "finding", 'stored > bindparam("since")', 'stored >= bindparam("since")'),
    Fault("until excludes its moment", "finding", 'stored <= bindparam("until")', 'stored < bindparam("until")'),
    Fault("voided statements are found", "finding", "StatementRow.sid == found.c.sid, StatementRow.voided.is_(False))", "StatementRow.sid == found.c.sid)"),
    Fault("voided statements are in the list of all", "finding", "StatementRow.sid).where(StatementRow.voided.is_(False))", "StatementRow.sid)"),
    Fault("a match by two ways is there twice", "finding", "(sid, (text, stored)) for text, stored, sid in rows", "(sid + 1e-6 * number, (text, stored)) for number, (text, stored, sid) in enumerate(rows)"),
    Fault("filters mix a statement with its target", "finding", "found.where(_has(other, first.stored, first.sid, first.origin))", "found.where(_has(other, first.stored, first.sid, first.sid) | _has(other, first.stored, first.sid, first.origin))"),
    Fault("only the first filter counts", "finding", "for other in others:", "for other in others[:0]:"),
    Fault("a page's last statement is on the next one too", "finding", "place > after if asked.ascending else place <", "place >= after if asked.ascending else place <="),
    Fault("a page forgets one", "finding", "Cursor(page[-1][1][1].astimezone(UTC), page[-1][0])", "Cursor([*kept.values()][-1][1].astimezone(UTC), [*kept][-1])"),
    Fault("a page ends with its first chunk", "finding", "if len(rows) < size:", "if rows:"),
    Fault("pages go on by the moment alone", "finding", "limits.append(place > after if asked.ascending else place < after)", 'limits.append(stored > bindparam("after_stored") if asked.ascending else stored < bindparam("after_stored"))'),
    Fault("a reference is followed for one hop", "references", "target = found.refers", "target = None"),
    Fault("a late target does not reach who refers to those", "references", "for _ in range(MOST_HOPS):\n        level =", "for _ in range(0):\n        level ="),
    Fault("a late target reaches nobody", "references", "waiting = _referring_to(connection, [one.id for one in fresh])", "waiting: list[_Referring] = []"),
    Fault("a late target is not voided", "references", "for one in [*referring, *waiting] if one.voiding}", "for one in referring if one.voiding}"),
    Fault("whatever refers voids", "references", "for one in [*referring, *waiting] if one.voiding}", "for one in [*referring, *waiting]}"),
    Fault("a voiding statement can be voided", "references", "where(at_its_place(), IdRow.id.in_(void), not_voiding)", "where(at_its_place(), IdRow.id.in_(void))"),
    Fault("what is inherited counts as one's own", "references", '"origin": found.sid} for', '"origin": one.sid} for'),
    Fault("a circle ends before its last link", "references", "seen: set[int] = {one.sid}", "seen: set[int] = {one.sid, *(o.sid for o in targets.values() if o)}"),
    Fault("a page has one more than was asked for", "query", "return min(int(given) or MOST_RESULTS, MOST_RESULTS)", "return min(int(given) + 1 or MOST_RESULTS, MOST_RESULTS)"),
    Fault("more forgets what was asked", "query", "json.dumps([dict(query.asked), place]", 'json.dumps([{n: v for n, v in query.asked.items() if n != "verb"}, place]'),
)  # fmt: skip


@contextmanager
def package_with(fault: Fault | None, folder: Path) -> Iterator[ModuleType]:
    """Return a copy of the record store with the fault planted, under its own name."""
    package = folder / COPY
    shutil.copytree(Path(xapi.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__", "*.md"))
    if fault is not None:
        (path,) = (found for room in ("rules", "storage") for found in (package / room).glob(f"{fault.module}.py"))
        path.write_text(fault.planted(path.read_text(encoding="utf-8")), encoding="utf-8")
    for path in package.rglob("*.py"):
        path.write_text(path.read_text(encoding="utf-8").replace("from xapi", f"from {COPY}"), encoding="utf-8")
    with importable(folder, COPY):
        importlib.import_module(f"{COPY}.keys")
        yield importlib.import_module(COPY)
