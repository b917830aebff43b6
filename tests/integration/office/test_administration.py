"""Can an office open, change and close its classes on pages, and is everything recorded with its author?"""

import re

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Organisation
from lms.accounts.people import add_organisation
from lms.classes.models import ClassChange
from lms.classes.setup import courses_of
from lms.crediting import windows
from lms.crediting.tasks import follow
from tests.course_factories import add_course
from tests.factories import World
from tests.integration.office.conftest import Desk
from tests.integration.office.verified import clean

PAGE = "new/online-teaching/2020"
RUN = {"name": "二班", "intake": "", "starts_on": "2026-03-01", "ends_on": "2026-06-30", "tracks": ["primary", "junior"]}


def provider_id(world: World) -> int:
    found: int = world.act(lambda session: session.scalars(select(Organisation.id).where(Organisation.code == "p1")).one())
    return found


def test_a_class_is_opened_with_its_programme_days_tracks_and_courses(desk: Desk) -> None:
    assert "开班" in desk.get("")
    assert "学科教师在线教学能力提升培训" in desk.get("new")
    asked = desk.get(PAGE)
    assert "示范培训机构" in asked
    assert re.findall('<fieldset class="field" id="([a-z]+)"', asked) == [
        "tracks",
        "courses",
    ]  # what can be ticked stands one below the other
    answer = desk.post(
        PAGE, code="k2", provider=provider_id(desk.world), courses=["c1"], counts_within="y", **{**RUN, "tracks": ["junior"]}
    )
    opened = desk.training_class("k2")
    assert opened is not None
    assert answer.location == f"/office/classes/{opened.id}/add"
    assert (opened.name, opened.tracks, opened.counts_within) == ("二班", "junior", True)
    studied = desk.world.act(lambda session: courses_of(session, [opened.id]))[opened.id]
    assert [(one.code, one.requirement) for one in studied] == [("c1", "online")]
    history = desk.get(f"{opened.id}/settings")
    assert "开班" in history
    assert "周明" in history
    assert "还没有人" in desk.get(f"{opened.id}")


def test_every_field_that_is_wrong_is_told_and_what_was_typed_is_kept(desk: Desk) -> None:
    answer = desk.post(PAGE, code="a b", provider="", name="", starts_on="soon", ends_on="2026-02-01")
    assert answer.status_code == 422
    for words in ("请填写班级名称", "请选择承训单位", "日期请写成"):
        assert words in answer.text
    assert 'value="a b"' in answer.text
    answer = desk.post(PAGE, code="k1", provider=provider_id(desk.world), **{**RUN, "ends_on": "2026-02-01"})
    assert answer.status_code == 422
    assert "代码 k1 已被其他班使用" in answer.text
    assert "班的结束日期早于开始日期" in answer.text
    assert "日起生效" in desk.post(PAGE, code="k3", provider=provider_id(desk.world), **{**RUN, "starts_on": "2019-03-01"}).text
    assert desk.training_class("k3") is None


def test_a_class_is_opened_only_at_a_provider_of_ones_own(desk: Desk, elsewhere: Desk) -> None:
    def add(session: Session) -> int:
        return add_organisation(
            session, "p2", "外省机构", "provider", session.scalars(select(Organisation).where(Organisation.code == "x")).one()
        ).id

    theirs = desk.world.act(add)
    assert desk.post(PAGE, code="k2", provider=theirs, **RUN).status_code == 422
    assert elsewhere.post(PAGE, code="k2", provider=provider_id(desk.world), **RUN).status_code == 422
    assert desk.training_class("k2") is None
    assert elsewhere.post(PAGE, code="k2", provider=theirs, **RUN).status_code == 302


def test_an_office_without_a_provider_is_told_what_to_ask_for(elsewhere: Desk) -> None:
    assert "还没有承训单位" in elsewhere.get("new")
    assert elsewhere.client.get(f"/office/classes/{PAGE.replace('2020', '1999')}").status_code == 404


def test_days_are_changed_hours_follow_and_the_change_is_kept(desk: Desk) -> None:
    world = desk.world
    world.study("reading", 600)
    world.credit()
    shown = desk.get(f"{world.class_id}/settings")
    assert 'value="2026-06-30"' in shown
    form = {**RUN, "name": "在线教学能力提升 k1 班", "starts_on": "2026-03-03", "counts_within": "y", "agreed": "y"}
    world.clock.advance(60)
    assert desk.post(f"{world.class_id}/settings", **form).status_code == 302
    assert world.credited() == {}
    assert clean(world)
    history = desk.get(f"{world.class_id}/settings")
    assert "1 名教师的学时因此变化" in history
    assert "−10 分钟" in history
    assert re.search(r"开始日期：\s*2026年3月1日 → 2026年3月3日", history)
    assert re.search(r"之间计时：\s*否 → 是", history)
    world.clock.advance(60)
    assert desk.post(f"{world.class_id}/settings", **{**form, "counts_within": ""}).status_code == 302
    assert world.credited() == {"c1:reading": 600}
    assert clean(world)
    assert "+10 分钟" in desk.get(f"{world.class_id}/settings")
    world.study("reading", 300)
    world.credit()
    assert "+10 分钟" in desk.get(f"{world.class_id}/settings"), "later study does not belong to the change"
    world.clock.advance(60)
    desk.post(f"{world.class_id}/settings", **{**form, "counts_within": "", "ends_on": "2026-07-30"})
    assert "没有教师的学时因此变化" in desk.get(f"{world.class_id}/settings")
    answer = desk.post(f"{world.class_id}/settings", **{**form, "tracks": ["junior"], "ends_on": "2026-01-01"})
    assert answer.status_code == 422
    assert "“小学教师”类别中已有" in answer.text


def test_an_outdated_page_does_not_undo_another_offices_change(desk: Desk) -> None:
    path, form = f"{desk.world.class_id}/settings", {**RUN, "name": "在线教学能力提升 k1 班"}

    def seen(page: str) -> str:
        return str(re.findall(r'name="seen" type="hidden" value="(\w+)"', page)[0])

    first, second = desk.get(path), desk.get(path)
    assert desk.post(path, **{**form, "name": "改过的名"}, seen=seen(first)).status_code == 302
    stale = desk.post(path, **{**form, "intake": "第二期"}, seen=seen(second))
    assert stale.status_code == 422
    assert "有人改动了本班" in stale.text
    assert "k1 班 → 改过的名" in stale.text, "the history says what"
    assert "改过的名" in desk.get(path)
    assert desk.post(path, **{**form, "intake": "第二期"}, seen=seen(stale.text)).status_code == 302, "who has read that decides"
    assert 'value="第二期"' in desk.get(path)


def test_days_by_which_hours_follow_are_saved_only_once_that_was_agreed_to(desk: Desk) -> None:
    world = desk.world
    world.study("reading", 600)
    world.credit()
    path, form = f"{world.class_id}/settings", {**RUN, "name": "在线教学能力提升 k1 班", "starts_on": "2026-03-03"}
    assert 'name="agreed"' not in desk.get(path)
    assert desk.post(path, **form).status_code == 302, "time counts whenever somebody studies: the days alone change nobody's hours"
    asked = desk.post(path, **{**form, "name": "新名", "counts_within": "y"})
    assert asked.status_code == 422
    for words in (
        "尚未保存",
        "目前随时学习随时计时",
        "只在2026年3月3日至2026年6月30日之间计时",
        "1 名教师",
        'href="#agreed"',
        'name="agreed"',
        'value="新名"',
    ):
        assert words in asked.text, words
    assert world.credited() == {"c1:reading": 600}
    assert "新名" not in desk.get(path)
    wrong = desk.post(path, **{**form, "name": "", "counts_within": "y"})
    assert "请填写班级名称" in wrong.text
    assert 'name="agreed"' not in wrong.text, "what is wrong is told first"
    assert desk.post(path, **form, counts_within="y", agreed="y").status_code == 302
    assert world.credited() == {}
    assert desk.post(path, **{**form, "name": "新名"}, counts_within="y").status_code == 302, "only the name is another"


def test_while_hours_follow_the_pages_say_how_far_and_nothing_is_exported(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    world, page = desk.world, f"{desk.world.class_id}"
    for number in range(3):
        desk.post(f"{page}/add", name="李强", username=f"li{number}", track="primary")
    monkeypatch.setattr(windows, "AT_ONCE", 1)
    assert desk.post(f"{page}/close").status_code == 302
    for shown in (desk.get(page), desk.get(f"{page}/settings")):
        assert "正在重新认定所有人的学时" in shown
        assert 'max="4" value="1"' in shown
        assert f'hx-get="/office/classes/{page}/settings"' in shown
    assert "导出全部学时证明" not in desk.get(page)
    assert desk.post(f"{page}/transcripts").location == f"/office/classes/{page}"
    assert "完成后再导出" in desk.get(page)
    with world.app.app_context():
        follow.run()
    asked = desk.client.get(f"/office/classes/{page}/settings", headers={"HX-Request": "true"}).text
    assert 'data-announce="已重新认定所有人的学时"' in asked
    assert "hx-get" not in asked
    assert "导出全部学时证明" in desk.get(page)
    assert desk.post(f"{page}/transcripts").location == "/jobs/"


def test_an_empty_class_has_other_days_unasked(desk: Desk) -> None:
    desk.post(PAGE, code="k2", provider=provider_id(desk.world), **RUN)
    opened = desk.training_class("k2")
    assert opened is not None
    assert desk.post(f"{opened.id}/settings", **{**RUN, "starts_on": "2026-03-03"}, counts_within="y").status_code == 302


def test_a_class_is_closed_and_opened_again_once_however_often_it_is_asked(desk: Desk) -> None:
    world = desk.world
    world.study("reading", 600)
    world.credit()
    for _ in range(2):
        assert desk.post(f"{world.class_id}/close").status_code == 302
    world.study("reading", 300)
    world.credit()
    assert world.credited() == {"c1:reading": 600}
    assert clean(world)
    assert "已结束" in desk.get("")
    assert "本班已于" in desk.get(f"{world.class_id}")
    assert "请先重新开放班级" in desk.get(f"{world.class_id}/add")
    assert desk.post(f"{world.class_id}/add", name="林静宜", username="lin", track="primary").status_code == 422
    assert len(desk.members()) == 1
    for _ in range(2):
        assert desk.post(f"{world.class_id}/reopen").status_code == 302
    assert world.credited() == {"c1:reading": 900}
    assert clean(world)
    history = desk.get(f"{world.class_id}/settings")
    assert (history.count("班级结束</"), history.count("班级重新开放</")) == (1, 1)


def test_a_course_is_added_and_the_class_studies_it(desk: Desk) -> None:
    world = desk.world
    world.act(lambda session: add_course(session, "c2", {"more": {}}))
    assert "课程c2" in desk.get(f"{world.class_id}/courses")
    assert desk.post(f"{world.class_id}/courses", code="c2", requirement="online", compulsory="y").status_code == 302
    assert "课程c2" in world.client().get("/home").text
    assert desk.post(f"{world.class_id}/courses", code="c2", requirement="online").status_code == 422
    assert desk.post(f"{world.class_id}/courses", code="moon", requirement="online").status_code == 422


def test_another_office_changes_nothing(desk: Desk, elsewhere: Desk) -> None:
    class_id, enrolment_id = desk.world.class_id, desk.world.enrolment_id
    before, history = desk.members(), desk.world.act(lambda session: session.scalar(select(func.count()).select_from(ClassChange)))
    for path in ("settings", "close", "reopen", "courses", "add", "list", "list/enrol", "passwords"):
        assert elsewhere.post(f"{class_id}/{path}", **RUN).status_code == 404, path
    for path in ("withdraw", "again", "track", "password"):
        assert elsewhere.post(f"{class_id}/teachers/{enrolment_id}/{path}", track="junior").status_code == 404, path
    assert desk.members() == before
    assert desk.world.act(lambda session: session.scalar(select(func.count()).select_from(ClassChange))) == history


def test_somebodys_place_is_found_in_their_own_class_only(desk: Desk) -> None:
    assert desk.post(PAGE, code="k2", provider=provider_id(desk.world), **RUN).status_code == 302
    other = desk.training_class("k2")
    assert other is not None
    assert desk.client.get(f"/office/classes/{other.id}/teachers/{desk.world.enrolment_id}").status_code == 404
    assert desk.post(f"{other.id}/teachers/{desk.world.enrolment_id}/withdraw").status_code == 404
