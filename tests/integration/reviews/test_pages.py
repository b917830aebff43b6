"""Can an office decide about held hours, and a teacher ask about every line, on pages that say calmly what happens?"""

import io
import re
from datetime import timedelta

import pypdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.access_log.models import AccessRecord
from lms.accounts.models import Person
from lms.certification.models import Appeal
from lms.classes.models import ClassChange, Enrolment
from lms.crediting.models import HeldSession
from tests.access import form_token
from tests.factories import DrivenClock, World, signed_in
from tests.integration.crediting.holding import findings
from tests.integration.reviews.people import build_held

LINE = "c1:reading"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on one database: the SQL that differs is tested in test_holds."""
    return sqlite_url


@pytest.fixture
def held(app: Flask, clock: DrivenClock) -> World:
    return build_held(app, clock)


def post(client: FlaskClient, path: str, **fields: str | list[str]) -> TestResponse:
    return client.post(path, data=fields, headers={"X-CSRFToken": form_token(client)}, follow_redirects=True)


def place(world: World, activity: str = LINE) -> str:
    """Return the address of the held session of an activity."""
    number = world.act(lambda session: session.scalars(select(HeldSession.id).where(HeldSession.activity == activity)).one())
    return f"/office/reviews/{number}"


def question(world: World) -> str:
    return f"/transcript/{world.enrolment_id}/question/{LINE}"


def test_the_queue_lists_what_is_held_and_its_filters_narrow_it(held: World) -> None:
    clerk = signed_in(held.app, "clerk")
    page = clerk.get("/office/reviews/").text
    assert "2 次学习待复核" in page
    assert "两台设备同时学习" in page
    assert "王秀兰" in page
    assert "没有符合条件的记录" in clerk.get("/office/reviews/?flag=rate").text
    assert "没有符合条件的记录" in clerk.get("/office/reviews/?age=7").text
    held.clock.advance(8 * 86_400)
    assert "2 次学习待复核" in clerk.get(f"/office/reviews/?age=7&flag=devices&class={held.class_id}").text
    assert "没有符合条件的记录" in clerk.get("/office/reviews/?class=999").text


@pytest.mark.parametrize("said", ["class=x", "class=999999999999", "age=-1", "flag=%00", "after=9999999999", "after=x", "show=x"])
def test_malformed_filters_are_ignored_or_match_nothing(held: World, said: str) -> None:
    assert signed_in(held.app, "clerk").get(f"/office/reviews/?{said}").status_code == 200


def test_the_queue_comes_in_pages(held: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lms.certification.review_queue.PAGE", 1)
    clerk = signed_in(held.app, "clerk")
    first = clerk.get("/office/reviews/").text
    following = re.search(r'rel="next" href="([^"]*)"', first)
    assert following is not None
    second = clerk.get("/office/reviews/" + following[1].replace("&amp;", "&").rpartition("/")[2]).text
    shown = [re.findall(r'href="(/office/reviews/\d+)"', page) for page in (first, second)]
    assert len(shown[0]) == len(shown[1]) == 1
    assert shown[0] != shown[1]
    assert 'rel="next"' not in second


def test_one_page_shows_the_evidence_and_releasing_credits_the_hours(held: World) -> None:
    clerk = signed_in(held.app, "clerk")
    page = clerk.get(place(held)).text
    for words in ("同一时刻在两台设备上学习", "同一时间、另一设备", "活动gated", "待复核"):
        assert words in page
    answer = post(clerk, place(held), decision="released", reason="两台设备均为本人", seen="0")
    assert (answer.status_code, "已处理" in answer.text) == (200, True)
    held.credit()
    assert held.credited() == {LINE: 600}
    after = clerk.get(place(held)).text
    assert "两台设备均为本人" in after
    assert "周明" in after
    assert findings(held) == []


def test_the_evidence_calls_nothing_credited_that_may_be_held_or_uncounted(held: World) -> None:
    page = signed_in(held.app, "clerk").get(place(held)).text
    tables = "".join(re.findall(r'<figure class="timeline">.*?</figure>', page, re.DOTALL))
    assert tables.count("<td>本次学习</td>") == 1
    assert tables.count("<td>其他学习</td>") == 1
    assert "已认定" not in tables, "the other session is held, too"


def test_a_part_can_be_refused_and_a_later_decision_replaces_it(held: World) -> None:
    clerk = signed_in(held.app, "clerk")
    part = re.search(r'name="part" value="([^"]*)"', clerk.get(place(held)).text)
    assert part is not None
    post(clerk, place(held), decision="partly", part=part[1], reason="这一段非本人", seen="0")
    held.credit()
    assert held.credited() == {}
    post(clerk, place(held), decision="released", reason="复核后认定", seen="1")
    held.credit()
    assert held.credited() == {LINE: 600}
    history = held.act(lambda session: session.scalars(select(ClassChange.what).where(ClassChange.what.startswith("hold"))).all())
    assert history == ["hold-partly", "hold-released"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"decision": "released", "reason": ""}, "原因"),
        ({"decision": "released", "reason": "x" * 201}, "原因"),
        ({"decision": "released", "reason": "a\nb"}, "原因"),
        ({"decision": "nothing", "reason": "x"}, "请选择如何处理"),
        ({"decision": "partly", "reason": "x"}, "请选择不予认定的时段"),
        ({"decision": "partly", "reason": "x", "part": "1-2"}, "请选择不予认定的时段"),
        ({"decision": "released", "reason": "x", "seen": "1"}, "已有他人处理"),
        ({"decision": "released", "reason": "x", "seen": "y"}, "已有他人处理"),
    ],
)
def test_what_cannot_be_decided_is_said_and_nothing_is_changed(held: World, fields: dict[str, str], said: str) -> None:
    answer = post(signed_in(held.app, "clerk"), place(held), **{"seen": "0", **fields})
    assert (answer.status_code, said in answer.text) == (422, True)
    held.credit()
    assert held.credited() == {}


def test_nobody_decides_about_their_own_hours_and_staff_only_look(held: World) -> None:
    held.act(lambda session: own(session, held))
    both = signed_in(held.app, "both")
    assert "由同事处理" in both.get(place(held)).text
    assert "不得处理自己的学时" in post(both, place(held), decision="released", reason="x", seen="0").text
    staff = signed_in(held.app, "staff")
    assert "由办公室处理" in staff.get(place(held)).text
    assert post(staff, place(held), decision="released", reason="x", seen="0").status_code == 403
    assert signed_in(held.app, "elsewhere").get(place(held)).status_code == 404
    assert post(signed_in(held.app, "elsewhere"), place(held), decision="released", reason="x", seen="0").status_code == 404


def own(session: Session, world: World) -> None:
    """Let the held hours belong to the person who is in the office, too."""
    both = session.scalars(select(Person.id).where(Person.username == "both")).one()
    mine = session.scalars(select(Enrolment).where(Enrolment.person_id == both)).one()
    mine.person_id = session.scalars(select(Person.id).where(Person.username == "clerk")).one()
    session.flush()
    session.get_one(Enrolment, world.enrolment_id).person_id = both


def test_the_teacher_sees_what_is_held_at_home_on_the_transcript_and_in_the_line(held: World) -> None:
    teacher = held.client()
    assert "10 分钟 待复核" in teacher.get("/home").text
    page = teacher.get(f"/transcript/{held.enrolment_id}").text
    assert "10 分钟 待复核" in page
    line = teacher.get(f"/transcript/{held.enrolment_id}/why/{LINE}").text
    assert "不会丢失" in line
    assert "两台设备同时学习：待复核" in line
    assert "对学时有疑问" in line
    assert "待复核" in teacher.get(f"/courses/{held.enrolment_id}/{held.course_version_id}").text
    paper = pypdf.PdfReader(io.BytesIO(teacher.get(f"/transcript/{held.enrolment_id}.pdf").data)).pages[0].extract_text()
    assert "待复核，尚未认定" in paper


def test_a_teacher_asks_the_office_answers_and_the_teacher_reads_it(held: World) -> None:
    teacher, clerk = held.client(), signed_in(held.app, "clerk")
    assert "已提交" in post(teacher, question(held), text="两台设备都是我\n请核实").text
    again = post(teacher, question(held), text="再问一次")
    assert (again.status_code, "已有一条待答复的疑问" in again.text) == (422, True)
    queue = clerk.get("/office/questions").text
    assert "1 条疑问待答复" in queue
    path = re.search(r'href="(/office/questions/\d+)"', queue)
    assert path is not None
    page = clerk.get(path[1]).text
    assert "两台设备都是我" in page
    assert place(held) in page
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen is not None
    refused = post(clerk, path[1], decision="accepted", answer="", seen=seen[1])
    assert (refused.status_code, "请填写答复" in refused.text) == (422, True)
    assert "已答复" in post(clerk, path[1], decision="accepted", answer="已核实，将予以认定", seen=seen[1]).text
    assert "已有他人处理" in post(clerk, path[1], decision="declined", answer="不", seen=seen[1]).text
    assert held.credited() == {}, "an answer alone changes no hours"
    answered = teacher.get(question(held)).text
    assert "已核实，将予以认定" in answered
    assert "再次提问" in answered
    assert findings(held) == []


def test_a_teacher_asks_about_a_requirement_and_the_office_reads_which(held: World) -> None:
    teacher, clerk = held.client(), signed_in(held.app, "clerk")
    path = f"/transcript/{held.enrolment_id}/question/online"
    assert f'href="{path}"' in teacher.get(f"/transcript/{held.enrolment_id}").text
    assert f'href="{path}"' not in clerk.get(f"/transcript/{held.enrolment_id}").text
    assert "已提交" in post(teacher, path, text="减免还没有计入").text
    assert "待答复" in teacher.get(f"/transcript/{held.enrolment_id}").text
    queue = clerk.get("/office/questions").text
    assert "在线学习" in queue
    found = re.search(r'href="(/office/questions/\d+)"', queue)
    assert found is not None
    assert "在线学习" in clerk.get(found[1]).text
    looks = held.act(lambda session: session.scalars(select(AccessRecord.form).where(AccessRecord.person_id == held.person_id)).all())
    assert "review" in looks, "who reads a question reads about the person"


def test_a_question_can_be_withdrawn_only_by_its_teacher(held: World) -> None:
    teacher = held.client()
    post(teacher, question(held), text="有误")
    number = held.act(lambda session: session.scalars(select(Appeal.id)).one())
    assert post(signed_in(held.app, "both"), f"/transcript/questions/{number}/withdraw").status_code == 404
    assert "疑问已撤回" in post(teacher, f"/transcript/questions/{number}/withdraw").text
    assert "提交疑问" in teacher.get(question(held)).text


@pytest.mark.parametrize("text", ["", "   ", "字" * 1001, "a\x07b"])
def test_a_question_has_a_length_and_can_be_read(held: World, text: str) -> None:
    answer = post(held.client(), question(held), text=text)
    assert answer.status_code == 422
    assert held.act(lambda session: session.scalar(select(func.count(Appeal.id)))) == 0


def test_lines_that_are_not_there_and_transcripts_of_others_cannot_be_asked_about(held: World) -> None:
    teacher = held.client()
    for path in (f"/transcript/{held.enrolment_id}/question/c1:nothing", f"/transcript/{held.enrolment_id}/question/{'x' * 500}"):
        assert teacher.get(path).status_code == 404
        assert post(teacher, path, text="有误").status_code == 404
    assert post(signed_in(held.app, "both"), question(held), text="有误").status_code == 404


def test_after_the_deadline_nobody_can_ask_and_a_decision_opens_it_again(held: World) -> None:
    held.clock.at = held.clock.at.replace(month=6, day=30) + timedelta(days=15)
    assert "提交疑问" in held.client().get(question(held)).text
    held.clock.advance(86_400)
    assert "提问期限已过" in held.client().get(question(held)).text
    assert post(held.client(), question(held), text="有误").status_code == 422
    post(signed_in(held.app, "clerk"), place(held), decision="refused", reason="代学", seen="0")
    held.credit()
    assert "已提交" in post(held.client(), question(held), text="我不同意").text
