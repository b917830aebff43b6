"""What does the teacher's home page cost with everybody in the database, and how large is the first visit?"""

import gzip
import re
from collections.abc import Sequence

from tests.benchmarks import wire
from tests.benchmarks.measuring import Subject, compare, print_table
from tests.benchmarks.places import TALKS, Places, Site
from tests.factories import login_token

VISITORS = 2000
KB = 1024
LINKED = re.compile(rb'(?:src|href)="(/static/[^"#]+)|from "(\./[^"]+)"')


def main(places: Places) -> None:
    """Measure on both databases, then measure the size."""
    for kind in places.effort.kinds:
        site, floor = places.site(kind), places.floor(kind)
        cookies = _cookies(site, min(VISITORS, site.seeded.people))
        print(f"{kind}, {site.seeded.people:,} people")
        compare(
            [
                Subject("empty", floor.measure(lambda cookies=cookies: _visits("/empty", cookies))),
                Subject("home", site.served.measure(lambda cookies=cookies: _visits("/home", cookies)), ("empty",), "8 ms CPU"),
                Subject("any news?", site.served.measure(lambda site=site, cookies=cookies: _questions(site, cookies)), ("empty",)),
            ],
            places.effort,
        )
    _weigh(places.site("postgresql"))


def _cookies(site: Site, count: int) -> list[str]:
    """Return session cookies of people spread over all of them, in the form that they have after the first page."""
    signer = site.app.session_interface.get_signing_serializer(site.app)  # type: ignore[attr-defined]
    step = site.seeded.people // count
    names = [site.seeded.username(number * step) for number in range(count)]
    name = site.app.config["SESSION_COOKIE_NAME"]
    tokens = [login_token(site.app, one) for one in names]
    return [f"{name}={signer.dumps({'_user_id': one, '_fresh': False, 'csrf_token': '0' * 40})}" for one in tokens]


def _visits(path: str, cookies: Sequence[str]) -> list[wire.Talk]:
    return [_visit(path, cookies[number::TALKS]) for number in range(TALKS)]


def _visit(path: str, cookies: Sequence[str]) -> wire.Talk:
    while True:
        for cookie in cookies:
            reply = yield wire.request("GET", path, {"Cookie": cookie})
            if path == "/home" and b'id="home"' not in reply.body:
                raise RuntimeError(f"this is not the home page: {reply.body[:500]!r}")


def _questions(site: Site, cookies: Sequence[str]) -> list[wire.Talk]:
    """Poll as an open page does every few seconds, with its latest state, so that there is no news."""
    return [_question(site.served.port, cookies[number::TALKS]) for number in range(TALKS)]


def _question(port: int, cookies: Sequence[str]) -> wire.Talk:
    asked = []
    for cookie in cookies[:8]:
        page = wire.ask(port, wire.request("GET", "/home", {"Cookie": cookie}))
        found = re.search(rb'hx-get="([^"]+)"', page.body)
        if found is None:
            raise RuntimeError("the page does not ask for news")
        asked.append(wire.request("GET", found[1].decode().replace("&amp;", "&"), {"Cookie": cookie}))
    return _ask(asked)


def _ask(asked: Sequence[bytes]) -> wire.Talk:
    number = 0
    while True:
        reply = yield asked[number % len(asked)]
        if reply.status != 204:
            raise RuntimeError("there was news where nothing happened")
        number += 1


def _weigh(site: Site) -> None:
    """Fetch the page and everything it links to, as a first visit does, and report the transferred size."""
    (cookie,) = _cookies(site, 1)
    todo, seen = ["/home"], dict[str, tuple[int, int, int]]()
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        headers = {"Cookie": cookie, "Accept-Encoding": "gzip"}
        reply = wire.ask(site.served.port, wire.request("GET", path, headers))
        plain = gzip.decompress(reply.body) if "content-encoding: gzip" in reply.head.lower() else reply.body
        seen[path] = (len(reply.head) + 4 + len(reply.body), len(plain), len(gzip.compress(plain)))
        if path == "/home" or path.endswith(".js"):
            folder = path.rpartition("/")[0]
            todo += [(static or folder.encode() + relative[1:]).decode() for static, relative in LINKED.findall(plain)]
    rows = [(path, *(f"{size / KB:.1f}" for size in sizes)) for path, sizes in seen.items()]
    total = [sum(sizes[column] for sizes in seen.values()) / KB for column in range(3)]
    print("first visit, kB")
    print_table(("", "on the wire", "plain", "if gzipped"), [*rows, ("all (aim: below 100 on the wire)", *(f"{one:.1f}" for one in total))])
