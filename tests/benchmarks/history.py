"""Create millions of statements quickly: PostgreSQL itself makes them, with the keys that the store would give them.

They are spread evenly over the last three months, in those months' partitions: 5,000 people, 40 courses of 25 activities, twelve
verbs of which the last one is rare (one statement in 5,000), about 1.4 kB each. A test compares the keys with `indexing.keys`.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, text

import xapi.storage.partitions

PEOPLE, COURSES, ACTIVITIES, VERBS, RARE = 5_000, 40, 25, 12, 5_000
HOME, SITE, VERB = "https://bench.example", "https://bench.example/courses/", "http://adlnet.gov/expapi/verbs/bench-"
KEY = "substr(encode(sha256(convert_to({}, 'UTF8')), 'hex'), 1, 32)::uuid"
SEPARATOR = "chr(31)"

# One row a statement: everything that its text and its keys are made of.
DRAWN = f"""
CREATE TEMPORARY TABLE drawn AS
SELECT n AS sid, md5('statement' || n)::uuid AS id,
  CAST(:first AS timestamptz) + n * (CAST(:last AS timestamptz) - CAST(:first AS timestamptz)) / CAST(:count AS bigint) AS stored,
  'teacher-' || n * 7919 % {PEOPLE} AS person,
  CASE WHEN n % {RARE} = 0 THEN {VERBS - 1} ELSE n * 31 % {VERBS - 1} END AS verb,
  n * 104729 % {COURSES} AS course, n * 15485863 % {ACTIVITIES} AS activity,
  md5('registration' || n * 7919 % {PEOPLE} || '-' || n * 104729 % {COURSES})::uuid AS registration
FROM generate_series(CAST(:start AS bigint), CAST(:stop AS bigint)) AS n
"""
TEXT = f"""
  '{{"id":"' || id || '","actor":{{"account":{{"homePage":"{HOME}","name":"' || person || '"}}}},"verb":{{"id":"{VERB}' || verb
  || '","display":{{"zh-CN":"做了"}}}},"object":{{"id":"{SITE}' || course || '/' || activity || '","definition":{{"description":{{"zh-CN":"'
  || repeat('问', 150) || '"}}}}}},"result":{{"response":"' || repeat('答', 60) || '"}},"context":{{"registration":"' || registration
  || '","contextActivities":{{"grouping":[{{"id":"{SITE}' || course || '"}}]}}}},"timestamp":"2026-03-01T00:00:00Z","stored":"'
  || replace((stored AT TIME ZONE 'UTC')::text, ' ', 'T') || 'Z","version":"1.0.0"}}'
"""
INSERTS = (
    "INSERT INTO xapi_statement_id (sid, id, stored, digest) SELECT sid, id, stored, md5(id::text) FROM drawn",
    f"INSERT INTO xapi_statement (stored, sid, id, voiding, voided, text) SELECT stored, sid, id, false, false, {TEXT} FROM drawn",
)


def _keys() -> str:
    def key(*parts: str) -> str:
        return KEY.format(f" || {SEPARATOR} || ".join(parts))

    person = key("'account'", f"'{HOME}'", "person")
    own, course, verb = (
        key("'iri'", f"'{base}' || {rest}") for base, rest in ((SITE, "course || '/' || activity"), (SITE, "course"), (VERB, "verb"))
    )
    usages = {0: person, 1: person, 2: own, 3: own, 4: verb, 5: "registration", 6: KEY.format("'owner'")}
    rows = [f"SELECT {value} AS key, {usage}::smallint AS usage, stored, sid FROM drawn" for usage, value in usages.items()]
    rows.append(f"SELECT {course}, 3::smallint, stored, sid FROM drawn")
    return f"INSERT INTO xapi_statement_key (key, usage, stored, sid, origin) SELECT key, usage, stored, sid, sid FROM ({' UNION ALL '.join(rows)}) AS all_of_them"


def fill(connection: Connection, start: int, stop: int, last: datetime, count: int) -> None:
    """Insert statements `start` to `stop` of `count`, the newest of which is stored at `last`; bring statistics up to date."""
    first = last - timedelta(days=90)
    for month in range(4):
        xapi.storage.partitions.prepare(connection, first + timedelta(days=30 * month), 0)
    connection.execute(text(DRAWN), {"first": first, "last": last, "count": count, "start": start, "stop": stop})
    for statement in (*INSERTS, _keys()):
        connection.execute(text(statement))
    connection.execute(text("DROP TABLE drawn"))
    connection.execute(text("ANALYZE"))
