"""Do hours earned elsewhere need a document and a second person, and stay apart from measured hours?"""

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from lms.access_log.models import AccessRecord
from lms.accounts.models import TEACHER, Organisation
from lms.accounts.people import add_person
from lms.lifetime import rules
from lms.lifetime.models import ElsewhereHours
from tests.factories import World, signed_in
from tests.integration.lifetime.entering import PDF, bundle, decide, enter, found_wrong, hours


def test_it_counts_after_a_second_person_approved_and_never_as_measured(offices: World) -> None:
    first, second = signed_in(offices.app, "first"), signed_in(offices.app, "second")
    assert enter(first, offices).status_code == 302
    assert hours(offices) == ("0", 0)
    assert "国培示范项目" in second.get("/lifetime/waiting").text
    assert decide(first, offices, "approved").status_code == 422
    assert hours(offices) == ("0", 0)
    assert decide(second, offices, "approved").status_code == 302
    assert hours(offices) == ("30.5", 0)
    assert "30.5" in offices.client().get("/lifetime/").text
    assert bundle(offices)["elsewhere"][0]["document"] == hashlib.sha256(PDF).hexdigest()
    assert found_wrong(offices) == []


def test_nobody_enters_or_approves_their_own(offices: World) -> None:
    assert enter(offices.client(), offices).status_code == 422
    enter(signed_in(offices.app, "first"), offices)
    assert decide(offices.client(), offices, "approved").status_code == 422
    assert hours(offices) == ("0", 0)


def test_it_is_returned_with_a_reason_which_the_teacher_reads(offices: World) -> None:
    first, second = signed_in(offices.app, "first"), signed_in(offices.app, "second")
    enter(first, offices)
    assert decide(second, offices, "returned", " ").status_code == 422
    assert decide(second, offices, "returned", "缺少公章").status_code == 302
    assert "缺少公章" in offices.client().get("/lifetime/").text
    assert enter(first, offices).status_code == 302, "a returned entry may be entered again"


def test_a_withdrawn_entry_counts_no_more_and_stays_visible(offices: World) -> None:
    first, second = signed_in(offices.app, "first"), signed_in(offices.app, "second")
    enter(first, offices)
    decide(second, offices, "approved")
    assert decide(first, offices, "withdrawn", "重复登记").status_code == 302
    assert hours(offices) == ("0", 0)
    shown = first.get(f"/lifetime/{offices.person_id}/elsewhere").text
    assert "重复登记" in shown
    assert found_wrong(offices) == []
    assert decide(second, offices, "approved").status_code == 302, "it was decided; nothing changes"
    assert hours(offices) == ("0", 0)


def test_days_are_worth_what_the_rule_says(offices: World) -> None:
    enter(signed_in(offices.app, "first"), offices, unit="days", amount="2.5")
    decide(signed_in(offices.app, "second"), offices, "approved")
    assert hours(offices) == ("15", 0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"amount": "0"}, "数量"),
        ({"amount": "1e3"}, "数量"),
        ({"amount": "1E30"}, "数量"),
        ({"amount": "1_0"}, "数量"),
        ({"amount": "1.001"}, "数量"),
        ({"amount": "٣"}, "数量"),
        ({"amount": "11", "unit": "days"}, "数量"),
        ({"amount": "321"}, "数量"),
        ({"kind": "nothing"}, "类别"),
        ({"kind": "online", "unit": "days"}, "数量"),
        ({"title": ""}, "培训名称"),
        ({"title": "x" * 201}, "培训名称"),
        ({"provider": "a\nb"}, "承训单位"),
        ({"first_on": "2025-07-11"}, "日期"),
        ({"last_on": "2026-12-31"}, "日期"),
        ({"first_on": "2024-01-01"}, "日期"),
        ({"first_on": "x"}, "日期"),
        ({"name": "a.exe"}, "材料"),
        ({"name": "a.png"}, "材料"),
        ({"content": b"", "name": "a.pdf"}, "材料"),
        ({"content": b"PK\x03\x04", "name": "a.docx"}, "材料"),
    ],
)
def test_a_wrong_entry_names_its_field_and_keeps_nothing(offices: World, changes: dict[str, Any], said: str) -> None:
    answer = enter(signed_in(offices.app, "first"), offices, **changes)
    assert answer.status_code == 422
    assert said in answer.text
    assert offices.act(lambda session: session.scalars(select(ElsewhereHours)).all()) == []


def test_the_same_training_twice_is_refused(offices: World) -> None:
    first = signed_in(offices.app, "first")
    enter(first, offices)
    assert enter(first, offices).status_code == 422
    assert enter(first, offices, content=b"%PDF-1.7 another scan").status_code == 422
    assert enter(first, offices, title="另一培训", content=b"%PDF-1.7 another scan", last_on="2025-07-09").status_code == 302


def test_several_entries_together_are_never_longer_than_the_time_between_their_dates(offices: World) -> None:
    first, one_day = signed_in(offices.app, "first"), {"first_on": "2025-07-03", "last_on": "2025-07-03"}
    for number, amount in enumerate(["20", "11", "1"]):
        answer = enter(first, offices, title=f"培训 {number}", content=PDF + bytes([number]), amount=amount, **one_day)
        assert answer.status_code == 302, "32 hours of 45 minutes are 24 hours"
    assert enter(first, offices, title="又一天", amount="0.01", **one_day).status_code == 422
    assert enter(first, offices, title="十天", amount="289", **{"last_on": "2025-07-10"}).status_code == 422, "the day is within them"
    assert enter(first, offices, title="十天", amount="288").status_code == 302
    decide(first, offices, "withdrawn", "误登", entry=1)
    assert enter(first, offices, title="又一天", amount="20", **one_day).status_code == 302, "what was withdrawn takes no time"


def test_days_of_several_entries_are_not_more_than_the_days_between_their_dates(offices: World) -> None:
    first = signed_in(offices.app, "first")
    assert enter(first, offices, title="上半", unit="days", amount="7").status_code == 302
    refused = enter(first, offices, title="下半", unit="days", amount="3.5", content=b"%PDF-1.7 another")
    assert refused.status_code == 422
    assert "数量" in refused.text
    assert enter(first, offices, title="下半", unit="days", amount="3", content=b"%PDF-1.7 another").status_code == 302


def test_each_rule_limits_what_is_entered(offices: World) -> None:
    longer = rules.example().replace("five-years-360", "longer").replace("hour_minutes = 45", "hour_minutes = 60")
    offices.act(lambda session: rules.import_toml(session, longer, offices.clock()))
    assert enter(signed_in(offices.app, "first"), offices, amount="241").status_code == 422
    assert enter(signed_in(offices.app, "first"), offices, amount="240").status_code == 302


def test_the_document_is_for_the_teacher_and_their_office_only(offices: World) -> None:
    enter(signed_in(offices.app, "first"), offices)
    place = f"/lifetime/{offices.person_id}/elsewhere/1/document"
    answer = offices.client().get(place)
    assert (answer.data, answer.headers["Content-Disposition"].partition(";")[0]) == (PDF, "attachment")
    assert signed_in(offices.app, "second").get(place).status_code == 200
    assert signed_in(offices.app, "stranger").get(place).status_code == 404
    assert enter(signed_in(offices.app, "stranger"), offices).status_code == 404
    assert decide(signed_in(offices.app, "stranger"), offices, "approved").status_code == 404


def test_each_look_and_export_by_the_office_is_recorded_and_ones_own_never(offices: World) -> None:
    first = signed_in(offices.app, "first")
    enter(first, offices)
    whose = f"/lifetime/{offices.person_id}"
    addresses = [
        whose,
        f"{whose}/five-years-360.pdf",
        f"{whose}/five-years-360.xlsx",
        f"{whose}/five-years-360.json",
        f"{whose}/elsewhere/1/document",
    ]
    for client in (first, offices.client()):
        for address in addresses:
            assert client.get(address).status_code == 200, address
    columns = (AccessRecord.what, AccessRecord.form, AccessRecord.person_id)
    rows = offices.act(lambda session: [tuple(row) for row in session.execute(select(*columns).order_by(AccessRecord.id))])
    files = ["lifetime-pdf", "lifetime-xlsx", "lifetime-json", "document"]
    assert rows == [("viewed", "lifetime", offices.person_id), *(("exported", form, offices.person_id) for form in files)]
    page = offices.client().get("/accesses").text
    for said in ("查看：历年学时", "导出：历年学时（PDF）", "导出：历年学时（电子表格）", "导出：历年学时依据", "导出：外部认定学时的材料"):
        assert said in page


def test_a_look_at_the_hours_from_elsewhere_is_recorded(offices: World) -> None:
    signed_in(offices.app, "first").get(f"/lifetime/{offices.person_id}/elsewhere")
    assert offices.act(lambda session: session.scalars(select(AccessRecord.form)).all()) == ["lifetime"]


def test_the_list_of_what_waits_is_a_look_at_each_teacher_in_it(offices: World) -> None:
    first = signed_in(offices.app, "first")
    assert first.get("/lifetime/waiting").status_code == 200
    assert offices.act(lambda session: session.scalars(select(AccessRecord.form)).all()) == [], "nobody was in it"
    enter(first, offices)
    enter(first, offices, title="暑期研修", first_on="2025-08-01", last_on="2025-08-10")
    assert first.get("/lifetime/waiting").status_code == 200
    columns = (AccessRecord.what, AccessRecord.form, AccessRecord.person_id)
    rows = offices.act(lambda session: [tuple(row) for row in session.execute(select(*columns))])
    assert rows == [("viewed", "elsewhere", offices.person_id)]


def test_the_looks_at_everybody_who_waits_are_recorded_in_one_transaction(offices: World) -> None:
    first = signed_in(offices.app, "first")

    def colleagues(session: Session) -> list[int]:
        own = session.query(Organisation).filter_by(code="p1").one()
        return [add_person(session, name, name, (TEACHER,), password=None, organisation=own).id for name in ("li", "zhang")]

    people = [offices.person_id, *offices.act(colleagues)]
    for one in people:
        enter(first, replace(offices, person_id=one))
    statements: list[str] = []
    event.listen(offices.app.extensions["db"].engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert first.get("/lifetime/waiting").status_code == 200
    assert len([one for one in statements if one.startswith("BEGIN IMMEDIATE")]) == 1
    assert offices.act(lambda session: set(session.scalars(select(AccessRecord.person_id)))) == set(people)
