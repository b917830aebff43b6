"""Does a page say why a file cannot be downloaded, instead of being downloaded as that file?"""

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from sqlalchemy import select

from lms.db import transaction
from lms.jobs import queue
from lms.jobs.models import FAILED, Job
from lms.storage import storage
from tests.browser.phone import phone, sign_in, sound
from tests.site import Site

SOON_MS = 20_000


@pytest.fixture
def visitor(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    """A phone on which a file may be missing, but nothing else may go wrong."""
    with phone(browser, site, expected="404") as context:
        yield context


def test_an_export_whose_file_is_gone_says_so_on_a_page_and_what_to_do(visitor: BrowserContext, site: Site) -> None:
    page = sign_in(visitor, site, "office", "/office/classes")
    page.get_by_role("link", name=re.compile("k1 班")).click()
    page.get_by_role("button", name="导出全部学时证明").click()
    link = page.get_by_role("link", name=re.compile("下载"))
    expect(link).to_be_visible(timeout=SOON_MS)
    with site.app.app_context():
        shutil.rmtree(storage().folder / "jobs")  # type: ignore[attr-defined]
    with page.expect_response(re.compile("/download$")) as answer:
        link.click()
    assert answer.value.status == 404
    expect(page.get_by_text("结果只保留七天，过期后请重新执行")).to_be_visible()
    sound(page)


def test_an_office_lets_an_export_that_stopped_go_on_and_downloads_it(visitor: BrowserContext, site: Site) -> None:
    page = sign_in(visitor, site, "office", "/office/classes")
    page.get_by_role("link", name=re.compile("k1 班")).click()
    page.get_by_role("button", name="导出全部学时证明").click()
    expect(page.get_by_role("link", name=re.compile("下载")).first).to_be_visible(timeout=SOON_MS)
    with site.app.app_context(), transaction() as session:  # as if its worker had been lost again and again before the end
        job = session.scalars(select(Job).order_by(Job.id.desc()).limit(1)).one()
        job.result_name = job.result_object = None
        queue.end(job, FAILED, job.touched_at)
    page.reload()
    card = page.get_by_role("group").filter(has_text="任务已停止")
    expect(card).to_contain_text("只做剩下的部分")
    sound(page)
    card.get_by_role("button", name="继续").click()
    expect(page.get_by_role("link", name=re.compile("下载")).first).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_text("任务已停止")).to_have_count(0)


def test_a_person_who_was_signed_out_signs_in_and_does_not_download_a_page_as_a_transcript(visitor: BrowserContext, site: Site) -> None:
    page = sign_in(visitor, site, "teacher", f"/transcript/{site.enrolment_id}")
    expect(page.get_by_role("link", name="PDF")).to_be_visible()
    visitor.clear_cookies()
    page.get_by_role("link", name="PDF").click()
    expect(page.locator("input[name=identity]")).to_be_visible()
