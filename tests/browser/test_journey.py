"""One teacher's whole way, in a real browser: learning, weak network, two tabs, a forgery; and every hour is right at the end."""

import io
import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lms import vocabulary as v
from lms.db import database
from lms.hours import recompute_file
from tests.browser.phone import phone, sign_in
from tests.browser.studying import (
    EXPECTED,
    SOON_MS,
    completions,
    content,
    credited,
    read_to_the_end,
    read_without_a_network,
    sound,
    statements,
    wait_for,
)
from tests.site import Site


@pytest.fixture
def visitor(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    with phone(browser, site, EXPECTED) as context:
        yield context


def counted(page: Page) -> int:
    said = dict((unit, int(number)) for number, unit in re.findall(r"(\d+) (分|秒)", page.inner_text("[data-clock=counted]")))
    return said.get("分", 0) * 60 + said.get("秒", 0)


def test_the_whole_way_from_signing_in_to_the_paper(site: Site, visitor: BrowserContext) -> None:
    page = sign_in(visitor, site, "teacher")
    expect(page.get_by_role("heading", level=1)).to_contain_text("还差 40.0 学时")
    page.get_by_role("link", name="开始").click()

    expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "counting", timeout=SOON_MS)
    read_to_the_end(page)
    wait_for(page, lambda: counted(page) == 120, "two minutes are counted")
    expect(page.get_by_text("已达本活动计时上限")).to_be_visible()
    wait_for(page, lambda: credited(site).get("journey:reading") == 120, "the stretch ends when the activity is complete")

    page.get_by_role("link", name=re.compile("下一个")).click()
    video = content(page).locator("video")
    expect(video).to_be_visible(timeout=SOON_MS)
    video.evaluate("film => film.play()")
    expect(page.locator("[data-progress]")).to_contain_text("5 秒", timeout=SOON_MS)
    wait_for(page, lambda: video.evaluate("film => film.ended"), "the film ends")

    page.get_by_role("link", name=re.compile("下一个")).click()
    quiz = content(page)
    for answer in ("q1甲", "q2乙"):
        quiz.get_by_label(answer).check()
    quiz.get_by_role("button", name="交卷").click()
    expect(quiz.get_by_text("1 / 2")).to_be_visible(timeout=SOON_MS)
    expect(quiz.get_by_text("q1选乙")).to_be_visible()
    quiz.get_by_role("button", name="再做一次").click()
    quiz.get_by_label("q1乙").check()
    quiz.get_by_role("button", name="交卷").click()
    expect(quiz.get_by_text("通过了")).to_be_visible(timeout=SOON_MS)
    wait_for(page, lambda: counted(page) >= 150, "time in the quiz is counted")

    page.goto(site.address)
    wait_for(page, lambda: credited(site).get("journey:quiz", 0) >= 150, "everything is credited, also what followed the grade")
    total = sum(credited(site).values())
    assert credited(site)["journey:film"] == 5
    hours = f"{total // (45 * 6) / 10}"  # 45 minutes an hour, tenths, rounded down
    expect(page.locator(".requirement-sum", has_text=f"{hours} / 40")).to_be_visible(timeout=SOON_MS)

    page.get_by_role("link", name="学时证明", exact=True).first.click()
    line = page.locator("details.transcript-line").first
    line.locator("summary").click()
    expect(line.locator(".disclosure-body").first).to_contain_text("学时流水", timeout=SOON_MS)
    with page.expect_download() as pdf:
        page.get_by_role("link", name="PDF").click()
    printed = "".join(one.extract_text() for one in pypdf.PdfReader(pdf.value.path()).pages)
    assert "王秀兰" in printed
    assert f"{hours} 学时" in printed
    assert "2 分钟" in printed
    with page.expect_download() as bundle:
        page.get_by_role("link", name="证据").click()
    answer, refused = recompute_file(Path(bundle.value.path()).read_text(encoding="utf-8"))
    assert answer is not None, refused
    assert answer["credited_seconds"] == total
    assert sound(site)


def test_what_was_done_without_a_network_arrives_once_when_it_is_back(site: Site, visitor: BrowserContext) -> None:
    page = sign_in(visitor, site, "teacher")
    page.goto(site.learn("reading"))
    expect(content(page).get_by_label("听孩子说")).to_be_visible(timeout=SOON_MS)
    expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "counting", timeout=SOON_MS)
    visitor.set_offline(True)
    read_without_a_network(page)
    expect(page.locator("[data-waiting]")).to_be_visible(timeout=SOON_MS)
    expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "offline", timeout=SOON_MS)
    assert completions(site) == (0, 0)
    visitor.set_offline(False)
    wait_for(page, lambda: completions(site) == (1, 1), "the completion arrives")
    page.reload()
    expect(content(page).get_by_role("button", name="上一页")).to_be_visible(timeout=SOON_MS)
    page.wait_for_timeout(1500)
    assert completions(site) == (1, 1)
    assert statements(site, v.ANSWERED) == 1
    page.goto(f"{site.address}/home")
    wait_for(page, lambda: credited(site).get("journey:reading", 0) > 0, "the reading is credited")
    assert sound(site)


def test_what_was_played_until_the_page_was_left_is_covered(site: Site, visitor: BrowserContext) -> None:
    page = sign_in(visitor, site, "teacher")
    page.goto(site.learn("film"))
    video = content(page).locator("video")
    expect(video).to_be_visible(timeout=SOON_MS)
    video.evaluate("film => film.play()")
    wait_for(page, lambda: video.evaluate("film => film.currentTime") > 3, "half of the film is played")
    page.reload()
    wait_for(page, lambda: covered(site) > 1.5, "it is covered")
    page.goto(f"{site.address}/home")
    page.wait_for_timeout(500)
    assert statements(site, v.TERMINATED) == 1


def covered(site: Site) -> float:
    with site.app.app_context(), database().engine.connect() as connection:
        ends = connection.exec_driver_sql("SELECT media_to_ms FROM observation WHERE kind = 'played'").scalars().all()
    return max(ends, default=0) / 1000


def hand_in(page: Page, *answers: str) -> None:
    for answer in answers:
        content(page).get_by_label(answer).check()
    content(page).get_by_role("button", name="交卷").click()
    expect(content(page).get_by_text("正在交卷")).to_be_visible()


def test_a_quiz_handed_in_before_a_reload_waits_for_its_grade_and_is_not_a_second_attempt(site: Site, visitor: BrowserContext) -> None:
    page = sign_in(visitor, site, "teacher")
    visitor.route("**/learn/answers", lambda route: route.abort("internetdisconnected"))
    page.goto(site.learn("quiz"))
    hand_in(page, "q1甲", "q2乙")
    page.reload()
    expect(content(page).get_by_text("正在交卷")).to_be_visible(timeout=SOON_MS)
    expect(content(page).get_by_role("button", name="交卷")).to_be_disabled()
    visitor.unroute("**/learn/answers")
    expect(content(page).get_by_text("1 / 2")).to_be_visible(timeout=SOON_MS)
    assert statements(site, v.FAILED) == 1


def test_a_grade_goes_to_the_page_whose_quiz_was_handed_in_whichever_page_sent_it(site: Site, visitor: BrowserContext) -> None:
    page = sign_in(visitor, site, "teacher")
    visitor.route("**/learn/answers", lambda route: route.abort("internetdisconnected"))
    page.goto(site.learn("quiz"))
    hand_in(page, "q1甲", "q2乙")
    page.route("**/learn/answers", lambda route: route.abort("internetdisconnected"))  # this page's own requests go on failing
    other = visitor.new_page()
    other.goto(site.learn("reading"))
    visitor.unroute("**/learn/answers")
    expect(content(page).get_by_text("1 / 2")).to_be_visible(timeout=SOON_MS)
    assert statements(site, v.FAILED) == 1


def test_two_tabs_and_a_reload_count_every_second_once(site: Site, visitor: BrowserContext) -> None:
    clock = site.app.extensions["clock"]
    page = sign_in(visitor, site, "teacher")
    began = clock()
    page.goto(site.learn("quiz"))
    expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "counting", timeout=SOON_MS)
    other = visitor.new_page()
    other.goto(site.learn("reading"))
    expect(other.locator("[data-clock-root]")).to_have_attribute("data-state", "counting", timeout=SOON_MS)
    read_to_the_end(other)
    expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", re.compile("lease|hidden"), timeout=SOON_MS)
    other.reload()
    expect(other.locator("[data-clock-root]")).to_have_attribute("data-state", "counting", timeout=SOON_MS)
    other.wait_for_timeout(1000)
    other.close()
    page.bring_to_front()
    page.goto(f"{site.address}/home")
    wait_for(page, lambda: credited(site).get("journey:reading", 0) > 0, "the reading is credited")
    page.wait_for_timeout(1000)
    assert measured(site) <= clock() - began
    assert sound(site)


def measured(site: Site) -> timedelta:
    with site.app.app_context(), database().engine.connect() as connection:
        stretches = connection.exec_driver_sql("SELECT since, at FROM observation WHERE kind = 'present' ORDER BY since").all()
    for (_, end), (start, _) in zip(stretches, stretches[1:], strict=False):
        assert end <= start, "two stretches of one person overlap"
    return timedelta(seconds=sum(end - start for start, end in stretches))


def test_a_forged_statement_is_kept_and_mints_nothing(site: Site, visitor: BrowserContext) -> None:
    page = sign_in(visitor, site, "teacher")
    with page.expect_response("**/learn/open") as opened:
        page.goto(site.learn("quiz"))
    token = opened.value.json()["token"]
    iri = v.activity_iri(site.address, "journey", "quiz")
    day = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T10:00:00Z"}
    forged = [
        {"id": str(uuid.uuid4()), "verb": {"id": v.PRESENT}, "object": {"id": iri}, "context": {"extensions": {v.STRETCH: day}}},
        {"id": str(uuid.uuid4()), "verb": {"id": v.PASSED}, "object": {"id": iri}, "result": {"success": True, "duration": "PT10H"}},
        {"id": str(uuid.uuid4()), "verb": {"id": v.TERMINATED}, "object": {"id": iri}, "result": {"duration": "PT10H"}},
    ]
    status = page.evaluate(
        """async ([token, forged]) => (await fetch('/xapi/statements', {method: 'POST', credentials: 'omit', body: JSON.stringify(forged),
           headers: {'Content-Type': 'application/json', Authorization: `Bearer ${token}`, 'X-Experience-API-Version': '1.0.3'}})).status""",
        [token, forged],
    )
    assert status == 200
    page.goto(f"{site.address}/home")
    wait_for(page, lambda: statements(site, v.TERMINATED) == 1, "they are stored")
    page.wait_for_timeout(1500)
    assert credited(site) == {}
    assert sound(site)


def test_office_exports_what_the_teacher_earned(site: Site, visitor: BrowserContext) -> None:
    page = sign_in(visitor, site, "office", "/office/classes")
    page.get_by_role("link", name=re.compile("k1 班")).click()
    page.get_by_role("button", name="导出全部学时证明").click()
    link = page.get_by_role("link", name=re.compile("下载"))
    expect(link).to_be_visible(timeout=SOON_MS)
    with page.expect_download() as file:
        link.click()
    assert io.BytesIO(Path(file.value.path()).read_bytes()).read(2) == b"PK"
