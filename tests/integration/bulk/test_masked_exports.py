"""Are telephone and identity numbers masked in every exported file, unless somebody asks for them with a reason?"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.access_log.models import AccessRecord
from lms.accounts.models import Person
from lms.app import JOB_KINDS
from lms.jobs import queue
from lms.jobs.models import DONE, Job
from lms.storage import storage
from tests.access import form_token
from tests.integration.bulk.conftest import Bulk

PHONES = [f"1380000000{number}" for number in range(6)]
MASKED = "138****000"
# Kinds of jobs whose file has no user names of others, each with the reason.
WITHOUT_NAMES = {
    "personal-copy": "one's own data, for oneself",
    "statements": "people are accounts there, which are random",
    "export-course": "a course",
    "reread": "a number",
}
WHOLE = {"/office/people/export": {"format": "xlsx"}, "/office/bulk/": {"of": "area", "what": "transcripts"}}


def exports_of(bulk: Bulk) -> dict[str, dict[str, str]]:
    return {**WHOLE, "/office/people/export": {"format": "csv"}, f"/office/classes/{bulk.world.class_id}/transcripts": {}}


def roster(bulk: Bulk) -> None:
    """Enrol one of the people again, so that the outcome of the list names them; and have a line with a problem."""
    params = {"class_id": bulk.world.class_id, "class_code": "k1", "class_name": "k1", "below_id": 1, "by": 1}
    rows = [[2, "王秀兰", PHONES[1], "中心学校", "primary"]]
    problems = [[3, "王秀兰", "", "不对", "用户名", ""]]
    clerk = bulk.world.act(lambda session: session.scalars(select(Person.id).where(Person.username == "clerk")).one())
    params |= {"rows": rows, "problems": problems, "locale": "zh_Hans_CN"}
    bulk.world.act(lambda session: queue.enqueue(session, "roster", clerk, params, bulk.world.clock()))


def start(clerk: FlaskClient, address: str, form: dict[str, str]) -> int:
    return clerk.post(address, data={"csrf_token": form_token(clerk), **form}).status_code


def files_of(bulk: Bulk) -> dict[str, str]:
    """Finish all jobs; return all texts of each job's file, by kind."""
    bulk.finish()
    jobs = bulk.world.act(lambda session: session.scalars(select(Job)).all())
    assert {job.state for job in jobs} == {DONE}
    with bulk.world.app.app_context():
        return {job.kind: " ".join(texts_in(storage().get(job.result_object or ""))) for job in jobs}


def texts_in(content: bytes) -> Iterator[str]:
    """Yield the texts of a file and of the files in it; those of a PDF are compressed and follow the site's setting."""
    if not content.startswith(b"PK"):
        yield content.decode("utf-8", errors="replace")
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            yield name
            if not name.endswith(".pdf"):
                yield from texts_in(archive.read(name))


def revealed(bulk: Bulk) -> list[tuple[str, str, str]]:
    columns = (AccessRecord.what, AccessRecord.form, AccessRecord.reason)
    found: Any = bulk.world.act(lambda session: session.execute(select(*columns).order_by(AccessRecord.id)).all())
    return [tuple(row) for row in found]


@pytest.mark.parametrize("on_paper", ["masked", "whole"])
def test_no_exported_file_has_a_whole_number(bulk: Bulk, clerk: FlaskClient, on_paper: str) -> None:
    """A site that prints whole user names on each teacher's own transcript lists them no more than another."""
    extensions = bulk.world.app.extensions
    extensions["settings"] = replace(extensions["settings"], transcript_usernames=on_paper)
    for address, form in exports_of(bulk).items():
        assert start(clerk, address, form) == 302, address
    roster(bulk)
    files = files_of(bulk)
    left_out = {kind for kind, found in JOB_KINDS.items() if found.join is not None} - set(files)
    assert left_out == set(WITHOUT_NAMES)
    for kind, text in files.items():
        assert not [phone for phone in PHONES if phone in text], kind
        assert MASKED in text, kind


def test_whole_numbers_need_a_reason_and_are_recorded(bulk: Bulk, clerk: FlaskClient) -> None:
    asked = {**exports_of(bulk), **WHOLE}
    for address, form in asked.items():
        assert start(clerk, address, {**form, "whole": "yes", "reason": "  "}) in {302, 422}, address
    assert (revealed(bulk), bulk.turn()) == ([], False)
    for address, form in asked.items():
        assert start(clerk, address, {**form, "whole": "yes", "reason": "报送省厅核对"}) == 302, address
    assert all(any(phone in text for phone in PHONES) for text in files_of(bulk).values())
    assert revealed(bulk) == [("revealed", form, "报送省厅核对") for form in ("people", "bulk", "bulk")]


@pytest.mark.parametrize("address", ["/office/people/", "/office/bulk/", "/office/classes/{class_id}"])
def test_each_page_offers_it(bulk: Bulk, clerk: FlaskClient, address: str) -> None:
    text = clerk.get(address.format(class_id=bulk.world.class_id)).text
    assert ('name="whole"' in text, 'name="reason"' in text) == (True, True)
