"""Is what the next activity needs fetched before it is opened, on a good line only, never twice, and without opening anything?"""

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Response, request
from playwright.sync_api import Browser, Page, expect

from courses.samples import CMI5_SAMPLE, MORE_SAMPLES
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish import outline_of
from lms.db import database
from tests.browser.own_content import give_package
from tests.browser.phone import phone, sign_in
from tests.browser.studying import SOON_MS, content, wait_for
from tests.site import Site

FILES = ("/player/", "/content/")
AHEAD = "iframe[data-ahead]"
LINE = "Object.defineProperty(navigator, 'connection', {{value: {{saveData: {saves}, effectiveType: '{kind}'}}}})"
PATIENCE_MS = 4500  # fetching ahead begins three seconds after the content has started


@pytest.fixture
def fetched(site: Site) -> list[str]:
    """The files of players and packages that the server sent, in order."""
    sent: list[str] = []

    def note(response: Response) -> Response:
        if request.path.startswith(FILES) and response.status_code == 200:
            sent.append(f"{request.host}{request.path}")
        return response

    site.app.after_request_funcs.setdefault(None, []).append(note)
    return sent


def launches(site: Site) -> set[str]:
    with site.app.app_context(), database().engine.connect() as connection:
        return set(connection.exec_driver_sql("SELECT activity FROM launch").scalars())


def read(page: Page, site: Site) -> None:
    page.goto(site.learn("reading"))
    expect(content(page).get_by_text("先听，再说").first).to_be_visible()


def test_the_next_activity_is_fetched_ahead_and_nothing_is_ever_fetched_twice(browser: Browser, site: Site, fetched: list[str]) -> None:
    with phone(browser, site, "nothing") as visitor:
        page = sign_in(visitor, site, "teacher")
        page.wait_for_url("**/home")
        read(page, site)
        at_first = len(fetched)
        assert at_first > 10
        expect(page.locator(AHEAD)).to_be_attached(timeout=SOON_MS)
        wait_for(page, lambda: any(one.endswith("/video-frame.js") for one in fetched), "files of the next activity's player")
        page.wait_for_timeout(500)
        assert not [one for one in fetched if one.endswith(".webm")], "a film is fetched when somebody watches it"
        assert launches(site) == {"reading"}
        ahead = len(fetched)
        page.goto(site.learn("film"))
        expect(content(page).locator("video")).to_be_visible()
        page.goto(site.learn("reading"))
        expect(content(page).get_by_text("先听，再说").first).to_be_visible()
        again = fetched[ahead:]
        assert not [one for one in again if "/player/" in one], "the players came ahead, or are kept"
        assert not set(again) & set(fetched[:ahead])


UNIT_MISSES = "404 \\(NOT FOUND\\)"  # a cmi5 unit asks for a bookmark that is not there yet


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def files_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    return ((one.relative_to(folder).as_posix(), one.read_bytes()) for one in folder.rglob("*") if one.is_file())


def course_with_scorm() -> tuple[bytes, str, str]:
    """A reading, then a SCORM unit."""
    return (
        zipped(dict(files_in(next(one for one in MORE_SAMPLES if one.name == "small-classes")))),
        "two-years-one-room",
        "one-minute-two-classes",
    )


def cmi5_with_two_units() -> tuple[bytes, str, str]:
    """The same unit twice, with its files in two folders."""
    files = dict(files_in(CMI5_SAMPLE))
    files |= {name.replace("unit/", "second/"): content for name, content in files.items()}
    outline = files["cmi5.xml"].decode()
    unit = outline[outline.index("<au ") : outline.index("</au>") + len("</au>")]
    second = unit.replace("door-to-question", "second-unit").replace("unit/index.html", "second/index.html")
    files["cmi5.xml"] = outline.replace(unit, unit + second).encode()
    return zipped(files), "", ""


@pytest.mark.parametrize(("course", "runtime"), [(course_with_scorm, "scorm12.min.js"), (cmi5_with_two_units, "cmi5-frame.js")])
def test_a_unit_on_its_package_s_own_host_is_fetched_ahead_there(
    browser: Browser, site: Site, fetched: list[str], tmp_path: Path, course: Callable[[], tuple[bytes, str, str]], runtime: str
) -> None:
    package, first, second = course()
    address, _code = give_package(site, tmp_path, package)
    keys = [first, second] if first else units_of(site, address)
    with phone(browser, site, UNIT_MISSES) as visitor:
        page = sign_in(visitor, site, "teacher")
        page.wait_for_url("**/home")
        page.goto(address)
        expect(page.locator(AHEAD)).to_be_attached(timeout=SOON_MS)
        wait_for(page, lambda: any(one.endswith(("lesson.js", "second/unit.js")) for one in fetched), "scripts of the next unit")
        page.wait_for_timeout(500)
        assert any(one.endswith(runtime) for one in fetched)
        assert launches(site) == {keys[0]}
        ahead = list(fetched)
        page.goto(address.removesuffix(keys[0]) + keys[1])
        inner = content(page).frame_locator("iframe")
        expect(inner.get_by_role("button").first).to_be_visible(timeout=SOON_MS)
        again = fetched[len(ahead) :]
        assert not set(again) & set(ahead), "what came ahead is kept"
        assert not [one for one in again if one.endswith((".js", ".css"))], "and it was all that the unit needs"


def units_of(site: Site, address: str) -> list[str]:
    with site.app.app_context(), database().reader() as session:
        version = session.get_one(CourseVersion, int(address.split("/")[-2]))
        return [one.key for one in outline_of(version).activities]


@pytest.mark.parametrize(("saves", "kind", "comes"), [("true", "4g", 0), ("false", "3g", 0), ("false", "4g", 1)])
def test_nothing_is_fetched_ahead_on_a_slow_line_or_where_data_is_saved(
    browser: Browser, site: Site, saves: str, kind: str, comes: int
) -> None:
    with phone(browser, site, "nothing") as visitor:
        visitor.add_init_script(LINE.format(saves=saves, kind=kind))
        page = sign_in(visitor, site, "teacher")
        page.wait_for_url("**/home")
        read(page, site)
        page.wait_for_timeout(PATIENCE_MS)
        expect(page.locator(AHEAD)).to_have_count(comes)


def test_nothing_is_fetched_ahead_for_a_page_that_nobody_sees(browser: Browser, site: Site) -> None:
    with phone(browser, site, "nothing") as visitor:
        visitor.add_init_script("Object.defineProperty(document, 'hidden', {get: () => !window.seen})")
        page = sign_in(visitor, site, "teacher")
        page.wait_for_url("**/home")
        read(page, site)
        page.wait_for_timeout(PATIENCE_MS)
        expect(page.locator(AHEAD)).to_have_count(0)
        page.evaluate("() => { window.seen = true; document.dispatchEvent(new Event('visibilitychange')); }")
        expect(page.locator(AHEAD)).to_have_count(1)
