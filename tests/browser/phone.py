"""Open pages on a phone and check them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.axe import violations
from tests.browser.sizes import PHONE, sideways
from tests.site import PASSWORD, Site

OF_THE_TEST = "Blocked script execution in '[^']+/ahead/"  # the test's own scripts: the page that fetches ahead runs none


def own_addresses(address: str) -> re.Pattern[str]:
    """Return a pattern of the addresses that belong to the site: its own, its content host, and the hosts of packages."""
    port = address.rpartition(":")[2]
    return re.compile(rf"data:|blob:|http://(?:localhost|127\.0\.0\.1|[a-z2-7]{{32}}\.localhost):{port}/")


@contextmanager
def phone(browser: Browser, site: Site, expected: str, elsewhere: tuple[str, ...] = (), locale: str = "zh-CN") -> Iterator[BrowserContext]:
    """A phone. A request that leaves the site fails the test, and so does an unexpected console message (`expected` lists the others).

    Requests to addresses that begin with one of `elsewhere` may leave the site; the test answers them.
    """
    complaints: list[str] = []
    own = own_addresses(site.address)
    with browser.new_context(viewport=PHONE, locale=locale, accept_downloads=True) as context:
        context.on(
            "request",
            lambda request: (
                own.match(request.url) or request.url.startswith(elsewhere) or complaints.append(f"left the site: {request.url}")
            ),
        )
        context.on(
            "console",
            lambda message: (
                message.type == "error" and not re.search(f"{expected}|{OF_THE_TEST}", message.text) and complaints.append(message.text)
            ),
        )
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        yield context
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
    """Check a page with axe in both widths, once it is complete. The window then has its own size again, so that a phone stays one."""
    page.wait_for_load_state()
    own = page.viewport_size
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == []
        assert sideways(page) == 0
    if own is not None:
        page.set_viewport_size(own)
