"""How does somebody come to a page on a phone; and is the page sound there?"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.test_styleguide import sideways
from tests.site import PASSWORD, Site


@contextmanager
def phone(browser: Browser, site: Site, expected: str) -> Iterator[BrowserContext]:
    """A phone; what leaves the site fails the test, and so does what complains in the console, other than as `expected`."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", accept_downloads=True)
    port = site.address.rpartition(":")[2]
    own = (f"http://localhost:{port}/", f"http://127.0.0.1:{port}/", "data:", "blob:")
    context.on("request", lambda request: request.url.startswith(own) or complaints.append(f"left the site: {request.url}"))
    context.on(
        "console",
        lambda message: message.type == "error" and not re.search(expected, message.text) and complaints.append(message.text),
    )
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield context
    context.close()
    assert not complaints, complaints


def sign_in(context: BrowserContext, site: Site, username: str, path: str = "") -> Page:
    """Open a page, and sign in on the way to it."""
    page = context.new_page()
    page.goto(site.address + path)
    page.fill("input[name=identity]", username)
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="登录").click()
    return page


def sound(page: Page) -> None:
    """Hold a page, when all of it is there, to axe in both widths."""
    page.wait_for_load_state()
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
        assert sideways(page) == 0
