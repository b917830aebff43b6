"""Give a test the world of factories.py from rows that an earlier test of this process made: to make them took longer than to copy them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Flask
from sqlalchemy import Connection, Table, exists, insert, select, text

import xapi.storage.models
from lms import tables
from tests.factories import ACTIVITIES, BEGIN, DrivenClock, World, build_world

Rows = tuple[tuple[Table, list[dict[str, Any]]], ...]
Kind = tuple[str, str, str]  # the database's, the site's address, the course's activities
TABLES = (*tables.METADATA.sorted_tables, *xapi.storage.models.Base.metadata.sorted_tables)


@dataclass(frozen=True)
class Kept:
    """A world that was made, and every row of its database."""

    world: World
    rows: Rows


_kept: dict[Kind, Kept] = {}


def world_of(app: Flask, clock: DrivenClock, activities: Mapping[str, Mapping[str, Any]] = ACTIVITIES) -> World:
    """Return what `build_world` makes, from rows that are kept if the database is empty and the clock at its begin."""
    database = app.extensions["db"]
    kind = (database.engine.dialect.name, app.extensions["settings"].public_url, repr(activities))
    with database.reader() as session:
        usual = clock() == BEGIN and _is_empty(session.connection(), kind)
    if not usual:
        return build_world(app, clock, activities)
    if kind in _kept:
        with database.writing() as connection:
            write(connection, _kept[kind].rows)
        return replace(_kept[kind].world, app=app, clock=clock, registrations={})
    made = build_world(app, clock, activities)
    with database.reader() as session:
        _kept[kind] = Kept(replace(made, registrations={}), rows_of(session.connection()))
    return made


def _is_empty(connection: Connection, kind: Kind) -> bool:
    """Say whether the database has no row: the first time of all tables, later of those in which the world has rows."""
    asked = [table for table, _ in _kept[kind].rows] if kind in _kept else TABLES
    return not any(connection.execute(select(*(exists().select_from(table) for table in asked))).one())


def rows_of(connection: Connection) -> Rows:
    """Return every row of a database, by table, in an order in which they can be written."""
    rows = ((table, [dict(row) for row in connection.execute(select(table)).mappings()]) for table in TABLES)
    return tuple((table, found) for table, found in rows if found)


def write(connection: Connection, kept: Rows) -> None:
    """Write rows into a database that has every table and no row."""
    for table, rows in kept:
        connection.execute(insert(table), rows)
    if connection.dialect.name == "postgresql":
        numbered = ((table.name, table.autoincrement_column) for table, _ in kept)
        told = (
            f"setval(pg_get_serial_sequence('{name}', '{own.name}'), (SELECT max({own.name}) FROM {name}))"
            for name, own in numbered
            if own is not None
        )
        connection.execute(text("SELECT " + ", ".join(told)))
