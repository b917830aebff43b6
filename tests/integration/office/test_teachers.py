"""Does an office hand out each initial password once, and can a teacher leave, return and change track without errors in the hours?"""

import base64
import csv
import io
import re

from lms.accounts.models import Person
from tests.integration.accounts.signing_in import send, sign_in
from tests.integration.office.conftest import Desk
from tests.integration.office.verified import clean


def add(desk: Desk, username: str = "lin") -> None:
    assert desk.post(f"{desk.world.class_id}/add", name="林静宜", username=username, school="镇小学", track="primary").status_code == 302


def test_initial_passwords_are_shown_once_as_a_page_and_as_a_file_and_open_the_account(desk: Desk) -> None:
    add(desk)
    path = f"{desk.world.class_id}/passwords"
    assert "有 1 个初始密码待发放" in desk.get(path)
    sheet = desk.post(path)
    assert sheet.headers["Cache-Control"] == "no-store"
    shown = re.search(r"<code>(\w{4}-\w{4}-\w{4})</code>", sheet.text)
    file = re.search(r"data:text/csv;charset=utf-8;base64,([\w+/=]+)", sheet.text.replace("&#43;", "+"))
    assert shown is not None
    assert file is not None
    (row,) = csv.DictReader(io.StringIO(base64.b64decode(file[1]).decode("utf-8-sig")))
    assert (row["姓名"], row["用户名"], row["初始密码"], row["学校"]) == ("林静宜", "lin", shown[1], "镇小学")
    assert shown[1] not in desk.get(path)
    assert desk.post(path).location.endswith("/passwords"), "there is no second time"

    assert desk.post(path, again="yes").status_code == 200
    visitor = desk.world.app.test_client()
    assert "用户名或密码不正确" in sign_in(visitor, "lin", shown[1]).text, "the lost sheet opens nothing"


def test_a_new_teacher_signs_in_chooses_a_password_and_sees_programme_and_track(desk: Desk) -> None:
    add(desk)
    shown = re.search(r"<code>(\w{4}-\w{4}-\w{4})</code>", desk.post(f"{desk.world.class_id}/passwords").text)
    assert shown is not None
    visitor = desk.world.app.test_client()
    sign_in(visitor, "lin", shown[1].lower())
    assert visitor.get("/home").location == "/password"
    assert "设置自己的密码" in visitor.get("/password").text
    assert send(visitor, "/password", new="eine ganz andere Sache").location == "/"
    home = visitor.get("/home").text
    assert "学科教师在线教学能力提升培训" in home
    assert "小学教师" in home
    assert "没有人需要初始密码" in desk.get(f"{desk.world.class_id}/passwords")


def test_a_teacher_withdraws_keeps_their_hours_and_comes_back(desk: Desk) -> None:
    world = desk.world
    world.study("reading", 600)
    world.credit()
    place = f"{world.class_id}/teachers/{world.enrolment_id}"
    for _ in range(2):
        assert desk.post(f"{place}/withdraw").status_code == 302
    assert world.credited() == {"c1:reading": 600}
    assert clean(world)
    assert "已退出" in desk.get(place)
    assert "已退班" in desk.get(f"{world.class_id}")
    teacher = world.client()
    assert "退出" in teacher.get("/home").text
    assert teacher.get(f"/transcript/{world.enrolment_id}").status_code == 200
    opened = teacher.get(f"/learn/{world.enrolment_id}/{world.course_version_id}/reading")
    assert opened.status_code == 403
    assert desk.post(f"{place}/again").status_code == 302
    assert desk.members() == [("teacher", "primary", "in-training")]
    assert teacher.get(f"/learn/{world.enrolment_id}/{world.course_version_id}/reading").status_code == 200
    history = desk.get(place)
    assert history.index("重新入班") < history.rindex("已退班"), "newest first"
    assert "周明" in history


def test_a_teacher_is_moved_to_another_track(desk: Desk) -> None:
    world = desk.world
    place = f"{world.class_id}/teachers/{world.enrolment_id}"
    assert desk.post(f"{place}/track", track="junior").status_code == 302
    assert desk.members() == [("teacher", "junior", "in-training")]
    assert "小学教师 → 初中教师" in desk.get(place)
    desk.post(f"{place}/track", track="moon")
    assert desk.members() == [("teacher", "junior", "in-training")]


def test_a_forgotten_password_is_replaced_once_and_only_for_a_teacher_of_ones_own(desk: Desk) -> None:
    world = desk.world
    place = f"{world.class_id}/teachers/{world.enrolment_id}"
    teacher = world.client()
    assert teacher.get("/home").status_code == 200
    sheet = desk.post(f"{place}/password")
    shown = re.search(r"<code>(\w{4}-\w{4}-\w{4})</code>", sheet.text)
    assert shown is not None
    assert teacher.get("/home").status_code == 302, "signed out everywhere"
    assert sign_in(teacher, "teacher", shown[1]).location == "/"
    world.act(lambda session: setattr(session.get_one(Person, world.person_id), "organisation_id", None))
    assert "新的初始密码" not in desk.get(place).partition("操作记录")[0]
    assert desk.post(f"{place}/password").status_code == 302
