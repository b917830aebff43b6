"""Is it recorded who looked at, exported or revealed what is recorded, and can the right people find it?"""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from lms.access_log import noting, searching, words
from lms.access_log.models import AccessRecord
from lms.access_log.noting import EXPORTED, VIEWED, NotedAccess, note
from lms.access_log.tasks import forget_old
from lms.accounts.account_changes import By
from lms.accounts.masking import listed_username
from lms.accounts.models import OFFICE, STAFF, TEACHER, Organisation, Person
from lms.accounts.people import add_organisation, add_person
from lms.classes.models import Enrolment, TrainingClass
from lms.migrations import guards
from lms.privacy.erasure import person as erasing
from tests.access import form_token
from tests.factories import World, signed_in

PHONE = "13800001111"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on SQLite alone."""
    return sqlite_url


@pytest.fixture
def office(world: World) -> FlaskClient:
    """A clerk of the provider; the teacher signs in with a telephone number."""

    def add(session: Session) -> None:
        provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        add_person(session, "clerk", "周明", (OFFICE,), password=None, organisation=provider)
        session.get_one(Person, world.person_id).username = PHONE
        elsewhere = add_organisation(session, "else", "别处", "office")
        add_person(session, "stranger", "吴芳", (OFFICE,), password=None, organisation=elsewhere)

    world.act(add)
    return signed_in(world.app, "clerk")


def recorded(world: World) -> list[tuple[str, str, int | None, str]]:
    columns = (AccessRecord.what, AccessRecord.form, AccessRecord.person_id, AccessRecord.reason)
    return [tuple(row) for row in world.act(lambda session: session.execute(select(*columns).order_by(AccessRecord.id)).all())]


def reveal(world: World, office: FlaskClient, reason: str) -> str:
    data = {"csrf_token": form_token(office), "reason": reason}
    return str(office.post(f"/office/people/{world.person_id}/reveal", data=data, follow_redirects=True).text)


def test_a_look_by_others_is_recorded_once_an_hour_and_ones_own_never(world: World, office: FlaskClient) -> None:
    own = signed_in(world.app, PHONE)
    for client in (own, office, office):
        assert client.get(f"/transcript/{world.enrolment_id}").status_code == 200
    assert recorded(world) == [("viewed", "transcript", world.person_id, "")]
    world.clock.advance(3601)
    office.get(f"/transcript/{world.enrolment_id}")
    assert len(recorded(world)) == 2


def test_every_export_is_recorded(world: World, office: FlaskClient) -> None:
    for form in ("pdf", "xlsx", "json", "json"):
        assert office.get(f"/transcript/{world.enrolment_id}.{form}").status_code == 200
    token = {"csrf_token": form_token(office)}
    office.post(f"/office/classes/{world.class_id}/transcripts", data=token)
    office.post("/office/people/export", data={**token, "format": "csv"})
    office.post("/office/bulk/", data={**token, "of": "classes", "codes": "k1", "what": "transcripts"})
    assert [row[:2] for row in recorded(world)] == [
        ("exported", "pdf"),
        ("exported", "xlsx"),
        ("exported", "json"),
        ("exported", "json"),
        ("exported", "bulk"),
        ("exported", "people"),
        ("exported", "bulk"),
    ]


def test_the_list_from_which_a_teacher_is_chosen_for_a_waiver_masks_telephone_numbers(world: World, office: FlaskClient) -> None:
    shown = office.get(f"/office/classes/{world.class_id}/waivers").text
    assert ("138****1111" in shown, PHONE in shown) == (True, False)


def test_a_telephone_number_is_masked_and_shown_once_for_a_reason(world: World, office: FlaskClient) -> None:
    pages = (
        f"/office/people/{world.person_id}",
        "/office/people/",
        f"/office/classes/{world.class_id}",
        f"/office/classes/{world.class_id}/teachers/{world.enrolment_id}",
    )
    for page in pages:
        shown = office.get(page).text
        assert PHONE not in shown, page
        assert "138****1111" in shown, page
    assert PHONE not in reveal(world, office, "  ")
    assert PHONE not in reveal(world, office, "x" * 201)
    assert recorded(world) == []
    assert PHONE in reveal(world, office, "电话核对报到")
    assert recorded(world) == [("revealed", "username", world.person_id, "电话核对报到")]
    data = {"csrf_token": form_token(office), "reason": "再核对"}
    assert PHONE in office.post(f"{pages[3]}/reveal", data=data).text
    assert PHONE not in office.get(pages[0]).text


@pytest.mark.parametrize(
    ("username", "shown"),
    [
        ("teacher", "teacher"),
        ("t0012", "t0012"),
        ("2026-001", "2026-001"),
        ("s1-2026-001", "s1-2026-001"),
        ("138-0013-8000", "138******8000"),
        ("+86-138-0013-8000", "+86**********8000"),
        ("138.0013.8000", "138******8000"),
        ("138 0013 8000", "138******8000"),
        ("0571-87654321", "057******4321"),
        ("410120-19800101-001X", "410*************001X"),
        (PHONE, "138****1111"),
        ("41012219800101123X", "410***********123X"),
        ("li.na@example.org", "l****@example.org"),
    ],
)
def test_only_what_is_personal_is_masked(username: str, shown: str) -> None:
    assert listed_username(username) == shown


def test_the_page_finds_accesses_by_person_by_looker_and_by_day_only_within_the_office(world: World, office: FlaskClient) -> None:
    office.get(f"/transcript/{world.enrolment_id}")
    office.post(f"/office/classes/{world.class_id}/transcripts", data={"csrf_token": form_token(office)})
    page = office.get("/records/accesses").text
    assert ("学时证明" in page, "周明" in page) == (True, True)
    for query, count in (
        ("whose=王秀兰", 2),
        (f"whose={PHONE}", 2),
        ("by=clerk", 2),
        ("by=王秀兰", 0),
        ("day=2026-03-02", 2),
        ("day=2026-03-03", 0),
        ("day=x", 2),
    ):
        assert office.get(f"/records/accesses?{query}").text.count("<tr") == (count + 1 if count else 0), query
    assert "周明" not in signed_in(world.app, "stranger").get("/records/accesses").text


def test_a_teacher_sees_who_looked_at_their_own_data_also_with_their_class(world: World, office: FlaskClient) -> None:
    office.get(f"/transcript/{world.enrolment_id}")
    office.post(f"/office/classes/{world.class_id}/transcripts", data={"csrf_token": form_token(office)})
    own = signed_in(world.app, PHONE)
    page = own.get("/accesses").text
    assert page.count("周明") == 2
    assert 'href="/accesses"' in own.get(f"/transcript/{world.enrolment_id}").text
    other = world.act(lambda session: add_person(session, "other", "赵一", (TEACHER,), password=None, organisation=None).username)
    assert "周明" not in signed_in(world.app, other).get("/accesses").text


def test_ones_own_transcript_needs_no_further_sql(world: World, office: FlaskClient) -> None:
    own, said = signed_in(world.app, PHONE), []
    own.get(f"/transcript/{world.enrolment_id}")
    engine = world.app.extensions["db"].engine

    def noted(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", noted)
    try:
        own.get(f"/transcript/{world.enrolment_id}")
    finally:
        event.remove(engine, "before_cursor_execute", noted)
    assert said
    assert not [one for one in said if "access_record" in one]


def test_old_accesses_are_forgotten_and_an_erased_persons_reasons_too(world: World, office: FlaskClient) -> None:
    with world.app.extensions["db"].engine.begin() as connection:
        guards.install(connection)
    reveal(world, office, "电话核对")
    world.clock.advance(timedelta(days=31 * 35).total_seconds())
    reveal(world, signed_in(world.app, "clerk"), "再次核对")
    world.clock.advance(timedelta(days=40).total_seconds())
    with world.app.app_context():
        forget_old()
    assert [row[3] for row in recorded(world)] == ["再次核对"]

    def erase(session: Session) -> None:
        erasing.begin(session, session.get_one(Person, world.person_id), None, "http://localhost", world.clock())

    world.act(erase)
    assert recorded(world) == [("revealed", "username", world.person_id, "")]


def test_nobody_changes_a_recorded_access(world: World, office: FlaskClient) -> None:
    with world.app.extensions["db"].engine.begin() as connection:
        guards.install(connection)
    reveal(world, office, "电话核对")
    for change in ({"reason": ""}, {"by": world.person_id}, {"person_id": None}):
        with pytest.raises(DatabaseError):
            world.act(lambda session, change=change: session.execute(update(AccessRecord).values(**change)))
    assert world.act(lambda session: session.get_one(Enrolment, world.enrolment_id)).person_id == world.person_id


def test_every_form_of_an_access_has_words() -> None:
    assert set(words.FORM) == set(noting.FORMS)


@pytest.mark.parametrize(("form", "said"), [("bulk", "导出：批量学时证明"), ("statements", "导出：学习记录")])
def test_a_trainee_of_another_school_sees_the_exports_of_their_provider(world: World, office: FlaskClient, form: str, said: str) -> None:
    def move(session: Session) -> None:
        school = add_organisation(session, "far", "远处小学", "school")
        session.get_one(Person, world.person_id).organisation_id = school.id
        clerk = session.scalars(select(Person).where(Person.username == "clerk")).one()
        for one in (form, "people"):
            note(session, NotedAccess(EXPORTED, one, organisation_id=clerk.organisation_id), By(clerk.id, world.clock()))

    world.act(move)
    page = signed_in(world.app, PHONE).get("/accesses").text
    assert page.count("周明") == 1, "the list of an office's own teachers does not have them"
    assert said in page
    other = world.act(lambda session: add_person(session, "other", "赵一", (TEACHER,), password=None, organisation=None).username)
    assert "周明" not in signed_in(world.app, other).get("/accesses").text


def test_an_office_sees_what_its_people_looked_at_elsewhere_without_the_names_of_others(world: World, office: FlaskClient) -> None:
    def look(session: Session) -> None:
        own = session.scalars(select(Person).where(Person.username == "stranger")).one()
        guest = add_person(
            session, "guest", "孙立", (STAFF,), password=None, organisation=session.get_one(Organisation, own.organisation_id)
        )
        session.flush()
        by = By(guest.id, world.clock())
        note(session, NotedAccess(VIEWED, "transcript", person_id=world.person_id), by)
        note(session, NotedAccess(EXPORTED, "bulk", class_id=world.class_id), by)
        note(session, NotedAccess(VIEWED, "transcript", person_id=own.id), by)

    world.act(look)
    names = ("王秀兰", str(world.act(lambda session: session.get_one(TrainingClass, world.class_id).name)))
    elsewhere = signed_in(world.app, "stranger")
    page = elsewhere.get("/records/accesses").text
    assert [one for one in names if one in page] == []
    assert [one for one in ("王**", "其他承训单位的班", "吴芳") if one not in page] == []
    assert "王**" not in elsewhere.get("/records/accesses?whose=王秀兰").text, "a guessed name is not confirmed"
    assert [one for one in names if one not in office.get("/records/accesses").text] == [], "the provider sees its own names"


def test_an_office_finds_its_own_people_however_many_of_their_name_there_are_elsewhere(
    world: World, office: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MOST_NAMESAKES", 3)

    def add(session: Session) -> None:
        for number in range(3):
            add_person(session, f"li-{number}", "李娜", (TEACHER, STAFF), password=None)
        provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        own = add_person(session, "li-own", "李娜", (TEACHER, STAFF), password=None, organisation=provider)
        session.flush()
        note(session, NotedAccess(VIEWED, "transcript", person_id=own.id), By(None, world.clock()))
        note(session, NotedAccess(VIEWED, "transcript", person_id=world.person_id), By(own.id, world.clock()))

    world.act(add)
    assert "查看" in office.get("/records/accesses?whose=李娜").text
    for words_ in ("whose=李娜", "by=李娜"):
        assert "李娜" in office.get(f"/records/accesses?{words_}").text.partition("<tbody")[2], words_
