"""Is each initial password handed out once, only by its own office, and invalid once its person has chosen another?"""

import csv
import io
import threading

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import initial
from lms.accounts.account_changes import By
from lms.accounts.models import OFFICE, TEACHER, Organisation, Person
from lms.accounts.passwords import is_right, set_password
from lms.accounts.people import add_organisation, add_person
from lms.classes import changes, membership, setup
from lms.classes.models import Enrolment, TrainingClass
from lms.db import transaction
from lms.rosters import sheets
from lms.rosters.sheets import SignIn, SignInRefusal
from tests.factories import World
from tests.integration.rosters.conftest import HEAD, Office


def hand_out(world: World, path: str = "/", *, again: bool = False) -> list[SignIn]:
    by = By(None, world.clock())
    found: list[SignIn] = world.act(lambda session: sheets.hand_out(session, world.class_id, path, by, again=again))
    return found


def right(world: World, username: str, password: str) -> bool:
    found: bool = world.act(lambda session: is_right(session.scalars(select(Person).where(Person.username == username)).one(), password))
    return found


def test_each_password_is_handed_out_once_and_opens_its_account(office: Office) -> None:
    office.enrol()
    world = office.world
    assert world.act(lambda session: sheets.counts(session, world.class_id, "/")) == (2, 0)
    found = {one.username: one for one in hand_out(world)}
    assert {name: (one.name, one.school) for name, one in found.items()} == {"lin": ("林静宜", "镇小学"), "li.qiang": ("李强", "镇中学")}
    assert found["lin"].password != found["li.qiang"].password
    for name, one in found.items():
        typed = one.password
        assert right(world, name, typed)
        assert right(world, name, f" {typed.lower().replace('-', '')} "), "as somebody types it from paper"
        assert not right(world, name, typed[:-1])
    assert not right(world, "lin", found["li.qiang"].password)
    assert hand_out(world) == []
    assert world.act(lambda session: sheets.counts(session, world.class_id, "/")) == (0, 2)
    assert world.act(lambda session: [one.change.after for one in changes.of_class(session, world.class_id)])[0] == "2"


def test_the_sheet_goes_by_school_so_that_each_schools_slips_are_handed_out_together(office: Office) -> None:
    office.enrol([HEAD, *((f"教师{n}", f"t{n}", ("镇小学", "镇中学")[n % 2], "小学") for n in range(6))])
    found = hand_out(office.world)
    schools = [one.school for one in found]
    assert schools == sorted(schools)
    assert {school: len(own) for school, own in sheets.by_school(found).items()} == {"镇小学": 3, "镇中学": 3}


def test_a_lost_sheet_is_replaced_and_the_lost_one_is_worth_nothing(office: Office) -> None:
    office.enrol()
    first = {one.username: one.password for one in hand_out(office.world)}
    assert hand_out(office.world, again=True) != []
    assert not right(office.world, "lin", first["lin"])


def test_a_person_with_a_chosen_password_is_on_no_sheet_and_the_initial_one_is_invalid(office: Office) -> None:
    office.enrol()
    world = office.world
    first = {one.username: one.password for one in hand_out(world)}

    def choose(session: Session) -> None:
        set_password(session.scalars(select(Person).where(Person.username == "lin")).one(), "eine ganz andere Sache")

    world.act(choose)
    assert not right(world, "lin", first["lin"])
    assert [one.username for one in hand_out(world, again=True)] == ["li.qiang"]


def test_two_offices_that_ask_at_the_same_moment_never_both_get_a_password(office: Office) -> None:
    office.enrol([("姓名", "用户名", "类别"), *((f"教师{number}", f"t{number}", "小学") for number in range(40))])
    world, given = office.world, []
    start = threading.Barrier(4)

    def work() -> None:
        start.wait(30)
        with world.app.app_context(), transaction() as session:
            given.append(sheets.hand_out(session, world.class_id, "/", By(None, world.clock())))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(map(len, given)) == [0, 0, 0, 40]
    assert all(right(world, one.username, one.password) for sheet in given for one in sheet)


def add_elsewhere(world: World) -> str:
    """Enrol people whose passwords another office hands out, or nobody; return the path of this office."""

    def add(session: Session) -> str:
        training_class = session.get_one(TrainingClass, world.class_id)
        own = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        other = add_organisation(session, "o2", "外省", "office")
        for name, roles, place in (
            ("far", (TEACHER,), other),
            ("both", (TEACHER, OFFICE), own),
            ("none", (TEACHER,), None),
            ("shut", (TEACHER,), own),
        ):
            person = add_person(session, name, "某人", roles, password=None, organisation=place)
            person.password, person.active = initial.draw(), name != "shut"
            setup.enrol(session, training_class, person, "primary")
        return own.path

    path: str = world.act(add)
    return path


def test_only_teachers_of_ones_own_are_handed_out(office: Office) -> None:
    office.enrol()
    path = add_elsewhere(office.world)
    assert sorted(one.username for one in hand_out(office.world, path)) == ["li.qiang", "lin"]


def test_a_teacher_who_forgot_theirs_gets_a_new_one_from_their_own_office_only(office: Office) -> None:
    office.enrol()
    world = office.world
    path = add_elsewhere(world)
    by = By(None, world.clock())

    def give(username: str) -> SignIn | SignInRefusal:
        enrolment = office.enrolment(username)
        found: SignIn | SignInRefusal = world.act(
            lambda session: sheets.hand_out_to(session, enrolment.person_id, path, by, session.get_one(Enrolment, enrolment.id))
        )
        return found

    world.act(lambda session: set_password(session.get_one(Person, world.person_id), "eine ganz andere Sache"))
    given = give("teacher")
    assert isinstance(given, SignIn)
    assert right(world, "teacher", given.password)
    assert not right(world, "teacher", "eine ganz andere Sache")
    assert [give(name) for name in ("far", "both", "none", "shut")] == [
        SignInRefusal.ELSEWHERE,
        SignInRefusal.MORE_ROLES,
        SignInRefusal.ELSEWHERE,
        SignInRefusal.CLOSED,
    ]


def test_a_person_who_withdrew_gets_no_initial_password(office: Office) -> None:
    office.enrol()
    enrolment = office.enrolment("lin")
    by = By(None, office.world.clock())
    office.world.act(lambda session: membership.withdraw(session, session.get_one(Enrolment, enrolment.id), by))
    assert [one.username for one in hand_out(office.world)] == ["li.qiang"]


def test_sheets_are_files_that_a_spreadsheet_reads_and_no_cell_is_a_formula(office: Office) -> None:
    with office.world.app.app_context():
        text = sheets.as_csv([SignIn("=1+1", "lin", "K7MQ-2XWP-9RTA", "@x")]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text)))[1] == ["'=1+1", "lin", "K7MQ-2XWP-9RTA", "'@x"]
    assert sheets.template().decode("utf-8-sig") == "姓名,用户名,学校,类别\r\n"
