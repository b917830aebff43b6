"""Is a list of teachers enrolled exactly as its preview showed, in the background, even if workers die?"""

import io
import re

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.classes.models import ClassChange
from lms.jobs import tasks
from lms.jobs.models import Job
from lms.office import list_pages, roster_job
from lms.rosters import enrolling, table
from tests.integration.office.conftest import Desk

LIST = "姓名,用户名,学校,类别,备注\n林静宜,lin,镇小学,小学,x\n王秀兰,teacher,,小学,\n冒名者,TEACHER,,小学,\n,noname,,小学,\n李强,li,镇中学,moon,\n"


def counted(desk: Desk, model: type) -> int:
    count: int = desk.world.act(lambda session: session.scalar(select(func.count()).select_from(model)))
    return count


def rows_of(text: str, caption: str) -> list[list[str]]:
    """Return the words of a table's rows."""
    found = text.partition(f"<caption>{caption}</caption>")[2].partition("</table>")[0].partition("<tbody>")[2]
    cells = (re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in re.findall(r"<tr>(.*?)</tr>", found, re.DOTALL))
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in cells]


def test_a_list_shows_for_each_row_what_would_come_of_it_and_does_nothing(desk: Desk) -> None:
    people, changes = counted(desk, Person), counted(desk, ClassChange)
    shown = desk.upload(LIST).text
    assert "4 行中有 1 行" not in shown
    assert rows_of(shown, "没有问题的行") == [
        ["2", "林静宜", "lin", "镇小学", "小学教师", "新建账号"],
        ["3", "王秀兰", "teacher", "–", "小学教师", "已在班中"],
    ]
    assert rows_of(shown, "有问题的行") == [
        ["4", "冒名者", "用户名", "TEACHER", "与第 3 行重复"],
        ["5", "–", "姓名", "–", "未填写"],
        ["6", "李强", "类别", "moon", "应填：小学教师或初中教师"],
    ]
    assert "5 行中有 1 行可以入班" in shown
    assert "姓名、用户名、学校、类别" in " ".join(shown.split())
    assert "未读取的列：备注" in shown
    assert (counted(desk, Person), counted(desk, ClassChange), counted(desk, Job)) == (people, changes, 0)


def test_of_a_list_of_which_nobody_can_be_enrolled_nothing_but_the_reason_is_shown(desk: Desk) -> None:
    shown = desk.upload("姓名,用户名\n王秀兰,TEACHER\n").text
    assert "1 行中有 0 行可以入班" in shown
    for words in ("请核对后在下方确认", "新建账号"):
        assert words not in shown, words


def result_of(client: FlaskClient, job: int) -> list[list[str]]:
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"/jobs/{job}/download").data)).get_sheet_by_index(0)
    return [[str(cell) for cell in row] for row in sheet.to_python()]


def test_a_list_that_was_confirmed_is_enrolled_in_the_background_and_each_row_accounted_for(desk: Desk) -> None:
    preview = desk.upload(LIST)
    for _ in range(2):
        assert desk.confirm(preview).location == "/jobs/"
    assert counted(desk, Job) == 1, "confirmed twice it is the same work"
    assert desk.members() == [("teacher", "primary", "in-training")]
    assert "2 名教师加入" in desk.client.get("/jobs/").text
    desk.work()
    assert desk.members() == [("lin", "primary", "confirmed"), ("teacher", "primary", "in-training")]
    job = desk.world.act(lambda session: session.scalars(select(Job)).one())
    assert (job.state, job.done, job.total) == ("done", 2, 2)
    result = result_of(desk.client, job.id)
    assert result[1:] == [
        ["2", "林静宜", "lin", "新建账号，已入班", "", ""],
        ["3", "王秀兰", "teacher", "已在班中", "", ""],
        ["4", "冒名者", "TEACHER", "与第 3 行重复", "用户名", "TEACHER"],
        ["5", "", "", "未填写", "姓名", ""],
        ["6", "李强", "", "应填：小学教师或初中教师", "类别", "moon"],
    ]
    assert "查看班级" in desk.client.get(f"/jobs/{job.id}").text
    assert "周明" in desk.get(f"{desk.world.class_id}/settings")
    again = desk.upload(LIST)
    assert [row[-1] for row in rows_of(again.text, "没有问题的行")] == ["已在班中", "已在班中"]


def long_list(count: int) -> str:
    return "姓名,用户名,学校,类别\n" + "".join(f"教师{number},t{number:04},第{number % 9}小学,小学\n" for number in range(count))


def test_a_worker_killed_half_way_leaves_whole_pieces_and_the_next_one_finishes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster_job, "AT_ONCE", 10)
    desk.confirm(desk.upload(long_list(35)))
    real, pieces = enrolling.enrol_all, []

    def dying(*arguments):  # type: ignore[no-untyped-def]
        pieces.append(real(*arguments))
        if len(pieces) == 2:
            raise KeyboardInterrupt  # after the rows are in, before anybody knows
        return pieces[-1]

    monkeypatch.setattr(enrolling, "enrol_all", dying)
    with pytest.raises(KeyboardInterrupt):
        desk.work()
    monkeypatch.setattr(enrolling, "enrol_all", real)
    assert len(desk.members()) == 21
    desk.world.clock.advance(600)
    desk.work()
    assert len(desk.members()) == 36
    job = desk.world.act(lambda session: session.scalars(select(Job)).one())
    result = result_of(desk.client, job.id)
    assert (job.state, job.done, len(result)) == ("done", 35, 36)
    assert [row[3] for row in result[1:]].count("已在班中") == 10, "those of the piece that was done twice"


def test_cancelled_half_way_those_who_are_in_stay_and_the_list_can_be_confirmed_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster_job, "AT_ONCE", 10)
    monkeypatch.setattr(tasks, "TURN_SECONDS", -1)
    preview = desk.upload(long_list(35))
    desk.confirm(preview)
    with desk.world.app.app_context():
        tasks.work.run()
    job = desk.world.act(lambda session: session.scalars(select(Job)).one())
    desk.world.app.config["WTF_CSRF_ENABLED"] = False
    assert desk.client.post(f"/jobs/{job.id}/cancel").status_code == 302
    desk.work()
    assert len(desk.members()) == 11
    desk.confirm(preview)
    desk.work()
    assert len(desk.members()) == 36


def test_a_class_closed_before_the_worker_comes_takes_nobody_and_each_row_says_so(desk: Desk) -> None:
    preview = desk.upload(LIST)
    desk.confirm(preview)
    desk.post(f"{desk.world.class_id}/close")
    desk.work()
    job = desk.world.act(lambda session: session.scalars(select(Job)).one())
    assert job.state == "done"
    assert "班级已结束" in result_of(desk.client, job.id)[1][3]
    assert len(desk.members()) == 1
    for answer in (desk.confirm(preview), desk.upload(LIST)):
        assert answer.status_code == 422
        assert "班级已结束。" in answer.text, "the page says nothing else"
        assert "名单未被采用" not in answer.text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "请选择教师名单文件"),
        (b"\xd0\xcf\x11\xe0", "旧版 Excel"),
        (b"PK\x03\x04 no zip", "这不是可以读取的 Excel 工作簿"),
        ("姓名,用户名\n".encode(), "名单中没有人"),
        (b"a" * (table.MOST_BYTES + 1), "超过 5 MB"),
        (long_list(table.MOST_ROWS + 1).encode(), "超过 5000 人"),
    ],
)
def test_a_file_that_cannot_be_a_list_says_why_and_nothing_is_kept(desk: Desk, content: bytes, words: str) -> None:
    answer = desk.upload(content)
    assert answer.status_code == 422
    summary = answer.text.partition('class="error-summary"')[2].partition("</div>")[0]
    assert words in summary
    assert 'href="#list-file"' in summary
    assert counted(desk, Job) == 0


def test_a_file_far_too_large_is_refused_before_it_is_read(desk: Desk) -> None:
    assert desk.upload(b"a" * (3 * table.MOST_BYTES)).status_code == 413


def test_the_longest_list_is_shown_confirmed_and_enrolled(desk: Desk) -> None:
    preview = desk.upload(long_list(table.MOST_ROWS))
    assert len(rows_of(preview.text, "没有问题的行")) == list_pages.AT_ONCE
    assert "第 1 页，共 200 页" in preview.text
    assert len(preview.data) < 250_000
    assert desk.confirm(preview).location == "/jobs/"
    desk.work()
    assert len(desk.members()) == table.MOST_ROWS + 1


@pytest.mark.parametrize("carried", ["", "%%%", "bm8gemxpYg==", "eJzLSM3JyQcABiwCFQ=="])
def test_a_list_that_was_tampered_with_enrols_nobody(desk: Desk, carried: str) -> None:
    assert desk.post(f"{desk.world.class_id}/list/enrol", list=carried).status_code == 422
    assert counted(desk, Job) == 0


def test_the_usual_track_holds_from_the_preview_to_the_class(desk: Desk) -> None:
    preview = desk.upload("姓名,用户名\n林静宜,lin\n", track="junior")
    assert "初中教师" in preview.text
    desk.confirm(preview)
    desk.work()
    assert ("lin", "junior", "confirmed") in desk.members()


def test_one_teacher_is_added_told_apart_and_every_wrong_field_named(desk: Desk) -> None:
    path = f"{desk.world.class_id}/add"
    answer = desk.post(path, name="", username="11010519491231002X", track="primary")
    assert answer.status_code == 422
    assert "未填写" in answer.text
    assert "身份证号" in answer.text
    assert 'value="11010519491231002X"' in answer.text
    summary = answer.text.partition('class="error-summary"')[2].partition("</div>")[0]
    assert re.findall('href="#([^"]*)"', summary) == ["one-name", "one-username"], "on a phone the fields are below the list's"
    assert desk.post(path, name="林静宜", username="lin", school="镇小学", track="junior").location.endswith("/passwords")
    assert desk.post(path, name="林静宜", username="LIN", track="junior").location.endswith("/add")
    assert "是同一个人吗" in desk.post(path, name="别人", username="lin", track="junior").text
    assert desk.post(path, name="林静怡", username="lin", track="junior", other_name="change").status_code == 302
    assert "林静宜 → 林静怡" in desk.get(f"{desk.world.class_id}/settings")
    assert ("lin", "junior", "confirmed") in desk.members()


def test_adding_a_teacher_to_a_class_closed_in_between_marks_no_missing_field(desk: Desk) -> None:
    desk.post(f"{desk.world.class_id}/close")
    answer = desk.post(f"{desk.world.class_id}/add", name="", username="lin", track="primary")
    assert answer.status_code == 422
    summary = answer.text.partition('class="error-summary"')[2].partition("</div>")[0]
    assert "班级已结束。" in summary
    assert "<a " not in summary


def test_an_empty_list_is_there_to_fill_in(desk: Desk) -> None:
    assert desk.client.get("/office/teachers.csv").data.decode("utf-8-sig") == "姓名,用户名,学校,类别\r\n"
    book = CalamineWorkbook.from_filelike(io.BytesIO(desk.client.get("/office/teachers.xlsx").data))
    assert book.get_sheet_by_index(0).to_python() == [["姓名", "用户名", "学校", "类别"]]
