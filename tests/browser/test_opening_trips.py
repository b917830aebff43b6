"""How often does opening an activity wait for us before its content loads, and how much must come before the first paint?"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import typst
from playwright.sync_api import Browser, Page, Request, expect

from courses.samples import CMI5_SAMPLE
from tests.browser.own_content import give_package
from tests.browser.phone import phone, sign_in
from tests.browser.studying import SOON_MS
from tests.scorm_packages import lesson, zipped
from tests.site import Site
from tests.unit.courses.sounds import mp3

MOST_TRIPS = 3  # the page, its frame, the launch
KEPT = ("/static/", "/player/")
NOT_WAITED_FOR = ("/beat", "/progress", "/cmi5/look")
UNIT_MISSES = "404 \\(NOT FOUND\\)"  # a cmi5 unit asks for a bookmark that is not there yet
MOST_BYTES = 100_000  # before the first paint, with an empty cache
FIRST_PAINT = "() => performance.timeOrigin + (performance.getEntriesByName('first-paint')[0]?.startTime ?? NaN)"


class Opening:
    """The requests of a page that opens an activity."""

    def __init__(self, page: Page, address: str, state: str = "counting") -> None:
        self.done: list[Request] = []
        page.on("requestfinished", self._keep)
        page.goto(address)
        if state:
            expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", state, timeout=SOON_MS)
        self.painted = page.evaluate(FIRST_PAINT)

    def _keep(self, request: Request) -> None:
        self.done.append(request)

    def trips(self) -> list[str]:
        """Return what is asked of us, beside files that a browser keeps, before the first file of the content."""
        content = [one.timing["startTime"] for one in self.done if urlsplit(one.url).path.startswith("/content/")]
        until = min(content, default=self.done[-1].timing["startTime"])
        ours = [one for one in self.done if one.timing["startTime"] < until and not self._is_kept(one)]
        return [f"{one.method} {urlsplit(one.url).path.split('/')[1]}" for one in ours]

    @staticmethod
    def _is_kept(request: Request) -> bool:
        parts = urlsplit(request.url)
        return parts.scheme == "blob" or parts.path.startswith(KEPT) or any(name in parts.path for name in NOT_WAITED_FOR)

    def bytes_before_paint(self) -> int:
        """Return what had come before something was painted."""
        early = [one for one in self.done if one.timing["startTime"] + max(one.timing["responseEnd"], 0) <= self.painted]
        return sum(one.sizes()["responseBodySize"] + one.sizes()["responseHeadersSize"] for one in early)


def files(tmp_path: Path) -> Iterator[tuple[str, bytes]]:
    """A file of each format that is not in the course of the site."""
    yield "scorm.zip", lesson()
    yield "cmi5.zip", zipped({one.relative_to(CMI5_SAMPLE).as_posix(): one.read_bytes() for one in CMI5_SAMPLE.rglob("*") if one.is_file()})
    yield "pdf.pdf", typst.compile(write(tmp_path / "page.typ", '#set page(paper: "a5")\nOne page.\n'))
    yield "audio.mp3", mp3(20)
    yield "link.url", b"[InternetShortcut]\r\nURL=https://lessons.example.org/grade-4\r\n"


def write(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_an_activity_of_each_format_opens_within_three_trips_and_100_kb(browser: Browser, site: Site, tmp_path: Path) -> None:
    addresses = {name: site.learn(name) for name in ("reading", "film", "quiz")}
    addresses |= {name: give_package(site, tmp_path, content, name)[0] for name, content in files(tmp_path)}
    for name, address in addresses.items():
        with phone(browser, site, UNIT_MISSES) as visitor:
            page = sign_in(visitor, site, "teacher")
            page.wait_for_url("**/home")
            visitor.new_cdp_session(page).send("Network.clearBrowserCache")
            opening = Opening(page, address, state="" if name == "link.url" else "counting")
            assert len(opening.trips()) <= MOST_TRIPS, (name, opening.trips())
            assert opening.bytes_before_paint() <= MOST_BYTES, (name, opening.bytes_before_paint())


def test_a_page_names_every_script_of_the_player_so_that_none_is_found_late(browser: Browser, site: Site) -> None:
    with phone(browser, site, "nothing") as visitor:
        page = sign_in(visitor, site, "teacher", "/home")
        page.wait_for_url("**/home")
        opening = Opening(page, site.learn("reading"))
        named = set(
            page.eval_on_selector_all("link[rel=modulepreload], script[type=module]", "all => all.map((one) => one.href ?? one.src)")
        )
        loaded = {one.url for one in opening.done if "/js/player/" in one.url}
        assert len(loaded) > MOST_TRIPS
        assert loaded <= named
