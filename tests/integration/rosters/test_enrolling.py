"""Is a list of teachers enrolled once, completely and correctly, even with others at work at the same moment?"""

import threading
from dataclasses import replace
from typing import Any

import pytest
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import initial
from lms.accounts.account_changes import By
from lms.accounts.models import OFFICE, Organisation, Person
from lms.accounts.people import add_organisation, add_person
from lms.classes import changes, lifecycle, membership
from lms.classes.models import ClassChange, Enrolment, TrainingClass
from lms.db import transaction
from lms.errors import InvalidInput
from lms.rosters import enrolling
from lms.rosters.outcomes import NameChoice, OutcomeKind
from tests.factories import World, add_class
from tests.integration.rosters.conftest import HEAD, PEOPLE, Office


def kinds(found: Any) -> list[OutcomeKind]:
    return [one.kind for one in found.outcomes]


def test_new_teachers_get_accounts_known_ones_are_enrolled_and_who_is_there_stays(office: Office) -> None:
    assert kinds(office.foresee()) == [OutcomeKind.NEW, OutcomeKind.NEW, OutcomeKind.THERE]
    assert office.counted(Person) == 1, "to foresee changes nothing"
    assert kinds(office.enrol()) == [OutcomeKind.NEW, OutcomeKind.NEW, OutcomeKind.THERE]
    lin, li = office.enrolment("lin"), office.enrolment("li.qiang")
    assert (lin.track, lin.status, li.track) == ("primary", "confirmed", "junior")

    def look(session: Session) -> tuple[str, str, str | None]:
        person = session.scalars(select(Person).where(Person.username == "lin")).one()
        school = session.get_one(Organisation, person.organisation_id)
        return person.role_names, school.name, person.password

    roles, school, password = office.world.act(look)
    assert (roles, school) == ("teacher", "镇小学")
    assert initial.is_initial(password)


def test_the_same_list_twice_is_as_good_as_once(office: Office) -> None:
    office.enrol()
    before = (office.counted(Person), office.counted(Enrolment), office.counted(Organisation), office.counted(ClassChange))
    assert kinds(office.enrol()) == [OutcomeKind.THERE] * 3
    assert (office.counted(Person), office.counted(Enrolment), office.counted(Organisation), office.counted(ClassChange)) == before


def test_the_same_people_come_into_a_second_class_with_the_accounts_that_they_have(office: Office) -> None:
    office.enrol()

    class_id = second_class(office)
    assert kinds(office.enrol(class_id=class_id)) == [OutcomeKind.KNOWN] * 3
    assert office.counted(Person) == 3


WRONG = [
    *PEOPLE,
    ("冒名者", "TEACHER", "", "小学"),
    ("王秀兰", "closed", "", "小学"),
    ("周明", "boss", "", "小学"),
    ("", "nameless", "", "小学"),
]


def add_others(world: World) -> None:
    def add(session: Session) -> None:
        add_person(session, "closed", "王秀兰", ("teacher",), password=None).active = False
        add_person(session, "boss", "周明", (OFFICE,), password=None)

    world.act(add)


def test_a_list_with_problems_enrols_nobody_and_tells_each_with_line_and_field(office: Office) -> None:
    add_others(office.world)
    rows = [*WRONG[:3], *WRONG[4:]]
    with pytest.raises(InvalidInput) as refused:
        office.enrol(rows)
    assert [line.rpartition(": ")[0] for line in refused.value.problems] == [
        *(f"line {line}: username" for line in (4, 5, 6)),
        "line 7: name",
    ]
    assert (office.counted(Person), office.counted(Enrolment)) == (3, 1)


def test_asked_for_partly_those_without_problems_are_enrolled(office: Office) -> None:
    add_others(office.world)
    found = office.enrol([*WRONG[:3], *WRONG[4:]], partly=True)
    assert kinds(found) == [OutcomeKind.NEW, OutcomeKind.NEW]
    assert [one.code for one in found.left_out] == ["left-out", "closed", "no-teacher", "empty"]
    assert office.counted(Enrolment) == 3


def test_a_known_teacher_in_another_track_is_told_and_not_moved(office: Office) -> None:
    found = office.foresee([HEAD, ("王秀兰", "teacher", "", "初中")])
    assert [(one.line, one.field) for one in found.problems] == [(2, "track")]


def test_a_school_is_the_one_below_the_office_and_two_of_one_name_are_told(office: Office) -> None:
    def add(session: Session) -> None:
        provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        other = add_organisation(session, "o2", "外省", "office")
        add_organisation(session, "s1", "镇小学", "school", provider)
        add_organisation(session, "s2", "中心校", "school", provider)
        add_organisation(session, "s3", "中心校", "school", provider)
        add_organisation(session, "s4", "镇中学", "school", other)

    office.world.act(add)
    rows = [
        HEAD,
        ("林静宜", "lin", "镇小学", "小学"),
        ("李强", "li", "镇中学", "小学"),
        ("安宁", "an", "中心校", "小学"),
        ("赵敏", "zhao", "s2", "小学"),
    ]
    path = office.world.act(lambda session: session.scalars(select(Organisation.path).where(Organisation.code == "p1")).one())
    found = office.foresee(rows, path)
    assert list(found.new_schools) == ["镇中学"], "the one of another province is not ours"
    assert [(one.line, one.field) for one in found.problems] == [(4, "school")]
    office.enrol([row for row in rows if row[0] != "安宁"])
    assert office.world.act(
        lambda session: session.scalars(select(Person.username).join(Person.organisation).where(Organisation.code == "s1")).all()
    ) == ["lin"]


def test_broken_off_half_way_nothing_is_there_and_again_it_is_whole(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (office.counted(Person), office.counted(Enrolment), office.counted(Organisation))
    real = enrolling.changes.note_of
    noted = []

    def dying(*arguments: Any) -> None:
        if noted:
            raise KeyboardInterrupt
        noted.append(real(*arguments))

    monkeypatch.setattr(enrolling.changes, "note_of", dying)
    with pytest.raises(KeyboardInterrupt):
        office.enrol()
    monkeypatch.undo()
    assert (office.counted(Person), office.counted(Enrolment), office.counted(Organisation)) == before
    assert kinds(office.enrol()) == [OutcomeKind.NEW, OutcomeKind.NEW, OutcomeKind.THERE]


def at_once(office: Office, orders: list[enrolling.RosterOrder]) -> list[Exception]:
    """Run all orders at the same moment; return the errors."""
    start, failed = threading.Barrier(len(orders)), []

    def work(order: enrolling.RosterOrder) -> None:
        start.wait(30)
        try:
            with office.world.app.app_context():
                enrolling.enrol_all(transaction, order)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return failed


def second_class(office: Office) -> int:
    """Add another class of the same provider."""

    def add(session: Session) -> int:
        return add_class(session, "k2", session.scalars(select(Organisation).where(Organisation.code == "p1")).one()).id

    found: int = office.world.act(add)
    return found


def test_two_clerks_with_the_same_people_at_the_same_moment_make_each_account_and_school_once(office: Office) -> None:
    other = second_class(office)
    rows = [HEAD, *((f"教师{number}", f"t{number:03}", f"第{number % 7}小学", "小学") for number in range(60))]
    backwards = [HEAD, *rows[:0:-1]]
    orders = [office.order(rows), office.order(backwards), office.order(rows, class_id=other), office.order(backwards, class_id=other)]
    assert at_once(office, orders) == []
    assert (office.counted(Person), office.counted(Enrolment), office.counted(Organisation)) == (61, 121, 8)


def test_offices_that_know_nothing_of_each_other_make_each_account_once_at_the_same_moment(office: Office) -> None:
    other = second_class(office)
    rows = [HEAD, *((f"教师{number}", f"t{number:03}", "", "小学") for number in range(60))]
    places = office.world.act(lambda session: [add_organisation(session, f"o{number}", "某办公室", "office").id for number in range(2)])
    orders = [
        replace(office.order(rows), below_id=places[0]),
        replace(office.order([HEAD, *rows[:0:-1]], class_id=other), below_id=places[1]),
    ]
    assert at_once(office, orders) == []
    assert (office.counted(Person), office.counted(Enrolment)) == (61, 121)


def test_into_a_closed_class_nobody_comes(office: Office) -> None:
    by = By(None, office.world.clock())
    office.world.act(lambda session: lifecycle.close(session, session.get_one(TrainingClass, office.world.class_id), by))
    with pytest.raises(InvalidInput) as refused:
        office.enrol()
    assert refused.value.problems[0].startswith("class: ")
    assert office.counted(Enrolment) == 1


def test_a_person_who_withdrew_is_readmitted_by_the_list_and_continues(office: Office) -> None:
    world = office.world
    world.study("reading", 600)
    world.credit()
    by = By(None, world.clock())
    assert world.act(lambda session: membership.withdraw(session, session.get_one(Enrolment, world.enrolment_id), by))
    assert not world.act(lambda session: membership.withdraw(session, session.get_one(Enrolment, world.enrolment_id), by))
    assert world.client().get("/home").status_code == 200
    assert world.credited() == {"c1:reading": 600}, "what was earned stays"
    assert kinds(office.enrol()) == [OutcomeKind.NEW, OutcomeKind.NEW, OutcomeKind.AGAIN]
    assert office.enrolment("teacher").status == "in-training"
    assert office.enrolment("teacher").id == world.enrolment_id
    lines = world.act(lambda session: [one.change.what for one in changes.of_class(session, world.class_id, world.enrolment_id)])
    assert lines == ["again", "withdrawn", "enrolled"]


def test_an_erased_person_does_not_come_back(office: Office) -> None:
    world = office.world

    def erase(session: Session) -> None:
        enrolment = session.get_one(Enrolment, world.enrolment_id)
        enrolment.evidence_erased_at, enrolment.status = world.clock(), "withdrawn"

    world.act(erase)
    assert [(one.line, one.field) for one in office.foresee().problems] == [(4, "username")]
    with pytest.raises(InvalidInput):
        world.act(lambda session: membership.take_back(session, session.get_one(Enrolment, world.enrolment_id), By(None, world.clock())))


def test_many_people_take_no_more_questions_than_their_batches(office: Office) -> None:
    rows = [HEAD, *((f"教师{number}", f"t{number}", "", "小学") for number in range(2_000))]
    assert office.enrol(rows).count(OutcomeKind.NEW) == 2_000
    assert office.enrol(rows).count(OutcomeKind.THERE) == 2_000


def rename(office: Office, choice: NameChoice | None, path: str | None = "/", **more: Any) -> Any:
    """Enrol 王秀兰 under another name."""
    names = {2: choice} if choice else {}
    order = replace(office.order([HEAD, ("王秀蓝", "teacher", "", "小学")]), partly=True, names=names, path=path, **more)
    with office.world.app.app_context(), force_locale("en"):
        return enrolling.enrol_all(transaction, order)


def name_of(office: Office, username: str = "teacher") -> str:
    name: str = office.world.act(lambda session: session.scalars(select(Person.name).where(Person.username == username)).one())
    return name


def test_a_known_teacher_with_another_name_is_left_out_until_somebody_chooses(office: Office) -> None:
    found = rename(office, None)
    assert [(one.row.line, one.known) for one in found.other_names] == [(2, "王秀兰")]
    assert (found.to_do, name_of(office)) == (0, "王秀兰")


def test_a_chosen_name_is_changed_and_kept_with_who_chose_it_and_what_stood_there(office: Office) -> None:
    clerk = office.world.act(lambda session: add_person(session, "clerk", "周明", (OFFICE,), password=None).id)
    rename(office, NameChoice.CHANGE, by=By(clerk, office.world.clock()))
    assert name_of(office) == "王秀蓝"
    (line,) = office.world.act(
        lambda session: [one for one in changes.of_class(session, office.world.class_id) if one.change.what == "renamed"]
    )
    assert (line.by, line.change.before, line.change.after) == ("周明", "王秀兰", "王秀蓝")


def test_a_name_that_is_kept_changes_nothing(office: Office) -> None:
    assert kinds(rename(office, NameChoice.KEEP)) == [OutcomeKind.THERE]
    assert name_of(office) == "王秀兰"


def test_nobody_changes_the_name_of_another_offices_teacher_or_learns_it(office: Office) -> None:
    elsewhere = office.world.act(lambda session: add_organisation(session, "o2", "外省", "office").path)
    found = rename(office, NameChoice.CHANGE, path=elsewhere)
    assert [(one.field, one.code) for one in found.problems] == [("username", "other-name")]
    assert (name_of(office), found.other_names) == ("王秀兰", [])
    assert "王秀兰" not in str(found.problems[0])


def test_two_people_of_one_name_are_pointed_out_and_nobody_is_refused(office: Office) -> None:
    rows = [HEAD, ("王秀兰", "wang2", "", "小学"), ("李强", "li1", "", "小学"), ("李 强", "li2", "", "小学"), ("安宁", "an", "", "小学")]
    found = office.foresee(rows)
    assert [(one.row.line, list(one.lines), list(one.usernames)) for one in found.same_names] == [
        (2, [], ["teacher"]),
        (3, [4], []),
        (4, [3], []),
    ]
    assert found.count(OutcomeKind.NEW) == 4
