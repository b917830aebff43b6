"""Can an office check a list, assign its columns and choose names on the pages, at any length?"""

import re
from html import unescape

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms.accounts.models import Person
from tests.integration.office.conftest import Desk

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OTHER = "姓名,用户名,类别\n王秀蓝,teacher,小学\n林静宜,lin,小学\n"
ODD = "报名表\n老师,代码,学段\n林静宜,lin,小学\n李强,li,初中\n"


def carried(page: TestResponse) -> dict[str, str]:
    """Return the hidden fields of the list's form."""
    form = page.text.partition("<main")[2]
    return {name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="(list|track|columns)" value="([^"]*)"', form)}


def name_of(desk: Desk, username: str) -> str:
    name: str = desk.world.act(lambda session: session.scalars(select(Person.name).where(Person.username == username)).one())
    return name


@pytest.mark.parametrize(("choice", "name"), [("", "王秀兰"), ("keep", "王秀兰"), ("change", "王秀蓝")])
def test_the_name_of_a_known_teacher_is_what_somebody_chose_in_the_preview(desk: Desk, choice: str, name: str) -> None:
    preview = desk.upload(OTHER)
    assert "系统中姓名不同的人员" in preview.text
    assert 'name="name-2"' in preview.text
    again = desk.post(f"{desk.world.class_id}/list", **carried(preview), page_rows="1", **{"name-2": choice})
    assert (f'<option value="{choice}" selected>' in again.text) == bool(choice), "what was chosen stays chosen on the next page"
    desk.post(f"{desk.world.class_id}/list/enrol", **carried(again), **{"name-2": choice})
    desk.work()
    assert name_of(desk, "teacher") == name
    assert ("王秀兰 → 王秀蓝" in desk.get(f"{desk.world.class_id}/settings")) == (choice == "change")


def test_a_preview_of_another_name_alone_can_be_confirmed(desk: Desk) -> None:
    preview = desk.upload("姓名,用户名,类别\n王秀蓝,teacher,小学\n")
    assert "确认" in preview.text
    desk.post(f"{desk.world.class_id}/list/enrol", **carried(preview), **{"name-2": "change"})
    desk.work()
    assert name_of(desk, "teacher") == "王秀蓝"


def test_columns_that_nobody_knows_are_assigned_on_the_page_and_remembered_until_the_class(desk: Desk) -> None:
    asked = desk.upload(ODD)
    assert asked.status_code == 422
    assert "各列分别是什么" in asked.text
    columns = {"column-0": "name", "column-1": "username", "column-2": "track", "head": "2"}
    preview = desk.post(f"{desk.world.class_id}/list", **carried(asked), **columns)
    assert "2 行中有 2 行可以入班" in preview.text
    assert "老师 (姓名)、代码 (用户名)" in " ".join(preview.text.split())
    again = desk.post(f"{desk.world.class_id}/list/columns", **carried(preview))
    assert re.search(r'name="column-1".*?<option value="username" selected>', again.text)
    desk.post(f"{desk.world.class_id}/list/enrol", **carried(preview))
    desk.work()
    assert [one[:2] for one in desk.members()] == [("li", "junior"), ("lin", "primary"), ("teacher", "primary")]


@pytest.mark.parametrize(
    "columns", [{"column-0": "name"}, {"column-0": "name", "column-1": "name"}, {"column-0": "name", "column-9999": "username"}]
)
def test_columns_that_are_not_enough_are_asked_for_again(desk: Desk, columns: dict[str, str]) -> None:
    again = desk.post(f"{desk.world.class_id}/list", **carried(desk.upload(ODD)), **columns, head="2")
    assert again.status_code == 422
    assert "指定的列不够" in again.text


def test_an_identity_number_is_shown_on_no_page(desk: Desk) -> None:
    number = "11010519491231002X"
    for content in (
        f"老师,代码\n林静宜,{number}\n",
        f"姓名,用户名\n{number},lin\n林静宜,{number}\n",
        f"姓名,用户名,证号\n林静宜,lin,{number}\n",
    ):
        page = desk.upload(content).text
        assert number not in page
        assert "19491231" not in page
