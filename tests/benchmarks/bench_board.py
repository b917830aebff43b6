"""How long does an office wait for its programme board, with everybody enrolled? Beside it, a request that does nothing."""

from collections.abc import Sequence

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from lms.accounts.models import OFFICE, Organisation, Person
from lms.accounts.people import add_person
from lms.classes.models import Enrolment
from lms.programmes.models import Programme
from tests.benchmarks import wire
from tests.benchmarks.measuring import Subject, compare
from tests.benchmarks.places import Places, Site
from tests.factories import login_token

AIM = "p95 < 200 ms"
CLERK = "bench-clerk"


def main(places: Places) -> None:
    """Measure on both databases, one visitor at a time: an office waits for one page."""
    for kind in places.effort.kinds:
        site, floor = places.site(kind), places.floor(kind)
        programme = _prepare(site)
        cookie = _cookie(site)
        print(f"{kind}, {site.seeded.people:,} enrolments in {site.seeded.classes:,} classes")
        compare(
            [
                Subject("empty", floor.measure(lambda cookie=cookie: [_visits(["/empty"], cookie)])),
                Subject("board", site.served.measure(lambda cookie=cookie: [_visits(["/office/board"], cookie)]), ("empty",), AIM),
                Subject(
                    "one programme",
                    site.served.measure(lambda cookie=cookie, programme=programme: [_visits([f"/office/board/{programme}"], cookie)]),
                    ("empty",),
                    AIM,
                ),
            ],
            places.effort,
        )


def _prepare(site: Site) -> int:
    """Add an office that sees everybody, and give two of three a verdict; return the programme with most people."""
    with Session(site.database.engine) as session, session.begin():
        office = session.get_one(Organisation, site.seeded.office)
        if session.scalar(select(func.count()).select_from(Enrolment).where(Enrolment.verdict == "met")) == 0:
            session.execute(update(Enrolment).where(Enrolment.id % 3 > 0).values(verdict="met"))
        if session.scalar(select(Person.id).where(Person.username == CLERK)) is None:
            add_person(session, CLERK, "周明", (OFFICE,), password=None, organisation=office)
        programme = session.scalars(select(Programme.id).order_by(Programme.id.desc()).limit(1)).one()
    with site.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if connection.dialect.name == "postgresql" else "ANALYZE"))
    return programme


def _cookie(site: Site) -> str:
    signer = site.app.session_interface.get_signing_serializer(site.app)  # type: ignore[attr-defined]
    name = site.app.config["SESSION_COOKIE_NAME"]
    return f"{name}={signer.dumps({'_user_id': login_token(site.app, CLERK), '_fresh': False, 'csrf_token': '0' * 40})}"


def _visits(paths: Sequence[str], cookie: str) -> wire.Talk:
    while True:
        for path in paths:
            reply = yield wire.request("GET", path, {"Cookie": cookie})
            if path != "/empty" and b"<h1>" not in reply.body:
                raise RuntimeError(f"this is not the board: {reply.body[:500]!r}")
