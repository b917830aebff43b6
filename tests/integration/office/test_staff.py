"""Can an office add class staff without an account, with an initial password that is shown once?"""

import re

import pytest

from tests.integration.accounts.signing_in import sign_in
from tests.integration.office.conftest import Desk


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on one database: no SQL here differs."""
    return sqlite_url


NEW = {"name": "陈老师", "new_username": "chen", "new_role": "tutor"}


def test_a_new_account_runs_the_class_and_signs_in_with_the_password_shown(desk: Desk) -> None:
    path = f"{desk.world.class_id}/staff"
    shown = desk.post(path, **NEW)
    assert shown.headers["Cache-Control"] == "no-store"
    password = re.search(r"<code>(\w{4}-\w{4}-\w{4})</code>", shown.text)
    assert password is not None
    page = desk.get(path)
    assert "陈老师" in page
    assert password[1] not in page
    visitor = desk.world.app.test_client()
    sign_in(visitor, "chen", password[1])
    assert visitor.get("/office/today").location == "/password", "a password of their own first"


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"name": ""}, "请填写姓名"), ({"new_username": "x y"}, "2 到 64 个"), ({"new_username": "TEACHER"}, "已有人使用这个用户名")],
)
def test_what_is_wrong_is_said_and_nobody_is_added(desk: Desk, fields: dict[str, str], said: str) -> None:
    answer = desk.post(f"{desk.world.class_id}/staff", **{**NEW, **fields})
    assert answer.status_code == 422
    assert said in answer.text
    assert "还没有人" in desk.get(f"{desk.world.class_id}/staff") or "chen" not in desk.get(f"{desk.world.class_id}/staff")
