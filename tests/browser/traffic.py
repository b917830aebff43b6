"""Wait until a page is complete: its scripts have run, and everything that they asked for has come."""

from playwright.sync_api import Frame, Page, Request

PATIENCE_MS, STEP_MS = 20_000, 20
IDLE = "() => new Promise(done => requestIdleCallback(() => done(), {timeout: 1000}))"


class Traffic:
    """The requests of a page that are under way. Make it before the page goes anywhere; a block ends its listening."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._open: set[Request] = set()
        self._listening = (("request", self._begin), ("requestfinished", self._end), ("requestfailed", self._end))
        for name, act in self._listening:
            page.on(name, act)  # type: ignore[call-overload]

    def __enter__(self) -> "Traffic":
        return self

    def __exit__(self, *_error: object) -> None:
        for name, act in self._listening:
            self._page.remove_listener(name, act)

    def _begin(self, request: Request) -> None:
        self._open.add(request)

    def _end(self, request: Request) -> None:
        self._open.discard(request)

    def wait(self) -> None:
        """Wait for the end of all requests.

        Playwright's own "networkidle" waits another half a second on every page, however quick the page is.
        """
        for _ in range(PATIENCE_MS // STEP_MS):
            self._page.evaluate(IDLE)  # a script that has received an answer may ask for more
            if not self._open:
                self._page.evaluate(IDLE)
                if not self._open:
                    return
            self._page.wait_for_timeout(STEP_MS)
        raise AssertionError(f"still under way: {sorted(request.url for request in self._open)}")


def settle(place: Page | Frame) -> None:
    """Wait for the end of every animation, except those without an end."""
    place.evaluate(
        """() => Promise.all(document.getAnimations()
             .filter(one => one.effect.getComputedTiming().endTime !== Infinity && one.playState === "running")
             .map(one => one.finished.catch(() => {})))"""
    )
