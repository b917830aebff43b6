"""Is every table with a person in it registered, so that erasure knows it?"""

from importlib import import_module

from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table

from lms.privacy.erasure.people_tables import TABLES, unregistered
from lms.tables import METADATA


def test_every_table_with_a_person_in_it_is_registered() -> None:
    assert unregistered(METADATA.tables.values()) == [], "register it in lms/privacy/erasure/people_tables.py"


def test_a_new_table_is_found_if_it_names_a_person_or_a_row_of_one() -> None:
    for parent in ("person", "enrolment", "practice_work"):
        copy = MetaData()
        for table in METADATA.tables.values():
            table.to_metadata(copy)
        Table("diary", copy, Column("whose", Integer, ForeignKey(f"{parent}.id")))
        assert unregistered(copy.tables.values()) == ["diary"]


def test_each_registered_table_says_what_erasure_does() -> None:
    said = {one.table.__tablename__: [bool(one.deleted), bool(one.cleared), bool(one.by), bool(one.kept)] for one in TABLES}
    assert [name for name, ways in said.items() if sum(ways) != 1] == []


def test_each_function_that_erases_a_table_is_there() -> None:
    places = [one.by.split(":") for one in TABLES if one.by]
    assert [f"{module}:{name}" for module, name in places if not hasattr(import_module(module), name)] == []
