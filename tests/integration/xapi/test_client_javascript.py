"""Do @xapi/xapi and tincanjs, which content uses, work with this store in all their functions?

Each runs in a real browser, in a page of another origin than the store, as most content does.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, send_from_directory
from playwright.sync_api import Browser

from tests import servers
from tests.integration.xapi.conftest import Store
from tests.integration.xapi.tokens import pair_of
from xapi.storage.models import StatementRow

VENDOR = Path(__file__).parents[2] / "vendor"
Run = Callable[..., Any]

XAPI = """
const lrs = new XAPI({ endpoint, auth: XAPI.toBasicAuth(key, secret), adapter: "fetch" });
const said = (promise) => promise.then(({ data }) => data);
const refused = (promise) => promise.then(() => "taken", (error) => JSON.parse(error.message).status);
"""
TINCANJS = """
TinCan.enableDebug && TinCan.disableDebug();
const lrs = new TinCan.LRS({ endpoint, username: key, password: secret, allowFail: false });
const ask = (name, ...rest) => new Promise((resolve, reject) => {
  const cfg = rest.pop();
  lrs[name](...rest, { ...cfg, callback: (error, result) => (error === null ? resolve(result) : reject(new Error(`${name}: ${error}`))) });
});
const refused = (promise) => promise.then(() => "taken", (error) => Number(error.message.split(": ")[1]));
"""
COMMON = """
const agent = { mbox: "mailto:anna@school.example", name: "安娜" };
const verb = { id: "http://adlnet.gov/expapi/verbs/completed", display: { en: "completed" } };
const course = { id: "https://courses.example/ethics", definition: { name: { "zh-CN": "师德" } } };
const done = (more = {}) => ({ actor: agent, verb, object: course, ...more });
const hash = async (text) => [...new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)))]
  .map((byte) => byte.toString(16).padStart(2, "0")).join("");
const attachment = async (text) => ({ usageType: "https://a.example/note", display: { en: "a note" }, contentType: "text/plain",
  length: text.length, sha2: await hash(text) });
"""


def _page(library: str, path: str) -> Response:
    return Response(f'<!doctype html><meta charset="utf-8"><title>{library}</title><script src="/vendor/{path}"></script>')


def serve(app: Flask) -> None:
    """Let a store's application serve the libraries and a page for each."""
    app.add_url_rule("/vendor/<path:name>", "vendor", lambda name: send_from_directory(VENDOR, name))
    app.add_url_rule("/xapi.html", "xapi-page", lambda: _page("xapi", "xapi/xapi.js"))
    app.add_url_rule("/tincanjs.html", "tincanjs-page", lambda: _page("tincanjs", "tincanjs/tincan.js"))


@pytest.fixture
def port(local_store: Store) -> Iterator[int]:
    serve(local_store.app)
    with servers.web(local_store.app) as port:
        yield port


def running(browser: Browser, store: Store, port: int, library: str, before: str) -> Iterator[Run]:
    page = browser.new_page()
    page.goto(f"http://localhost:{port}/{library}.html")
    key, secret = pair_of(store.key("all"))

    def run(script: str, *given: Any) -> Any:
        whole = f"async ([endpoint, key, secret, given]) => {{ {before} {COMMON} {script} }}"
        return page.evaluate(whole, [f"http://127.0.0.1:{port}/xapi/", key, secret, list(given)])

    with page:
        yield run


@pytest.fixture
def xapi_js(browser: Browser, local_store: Store, port: int) -> Iterator[Run]:
    yield from running(browser, local_store, port, "xapi", XAPI)


@pytest.fixture
def tincanjs(browser: Browser, local_store: Store, port: int) -> Iterator[Run]:
    yield from running(browser, local_store, port, "tincanjs", TINCANJS)


def test_xapi_js_stores_reads_queries_and_voids(xapi_js: Run, local_store: Store) -> None:
    found = xapi_js("""
      const [one] = await said(lrs.sendStatement({ statement: done() }));
      const many = await said(lrs.sendStatements({ statements: [done(), done(), done({ object: { id: "https://elsewhere.example" } })] }));
      const statement = await said(lrs.getStatement({ statementId: one }));
      const query = { agent, verb: verb.id, activity: course.id, limit: 2, ascending: true };
      const first = await said(lrs.getStatements(query));
      const second = await said(lrs.getMoreStatements({ more: first.more }));
      await lrs.voidStatement({ actor: agent, statementId: one });
      const gone = await refused(lrs.getStatement({ statementId: one }));
      const voided = await said(lrs.getVoidedStatement({ voidedStatementId: one }));
      return { one, many, statement, pages: [first, second].map((page) => page.statements.map(({ id }) => id)), more: second.more, gone, voided };
    """)
    assert found["statement"]["actor"]["name"] == "安娜"
    assert found["pages"] == [[found["one"], found["many"][0]], [found["many"][1]]]
    assert found["more"] == ""
    assert found["gone"] == 404
    assert found["voided"]["id"] == found["one"]
    assert local_store.count(StatementRow) == 5


def test_xapi_js_keeps_states_and_loses_no_update(xapi_js: Run) -> None:
    found = xapi_js("""
      const place = { agent, activityId: course.id, stateId: "bookmark", registration: "7d9c7ad4-0a3b-4b7d-8f4b-7e51e4b2a001" };
      await lrs.createState({ ...place, state: { page: 3 } });
      await lrs.createState({ ...place, state: { name: "安娜" } });
      const first = await lrs.getState(place);
      const etag = first.headers.etag;
      await lrs.setState({ ...place, state: { page: 4 }, etag, matchHeader: "If-Match" });
      const late = await refused(lrs.setState({ ...place, state: { page: 5 }, etag, matchHeader: "If-Match" }));
      const ids = await said(lrs.getStates({ agent, activityId: course.id, registration: place.registration }));
      const second = await said(lrs.getState(place));
      await lrs.deleteState(place);
      const gone = await refused(lrs.getState(place));
      await lrs.setState({ ...place, state: { page: 1 } });
      await lrs.deleteStates({ agent, activityId: course.id });
      const none = await said(lrs.getStates({ agent, activityId: course.id }));
      return { first: first.data, etag, late, ids, second, gone, none };
    """)
    assert found["first"] == {"page": 3, "name": "安娜"}
    assert found["etag"].startswith('"')
    assert (found["late"], found["second"], found["gone"]) == (412, {"page": 4}, 404)
    assert (found["ids"], found["none"]) == (["bookmark"], [])


def test_xapi_js_keeps_profiles_of_activities_and_people(xapi_js: Run) -> None:
    found = xapi_js("""
      const results = [];
      for (const [kind, whose] of [["Activity", { activityId: course.id }], ["Agent", { agent }]]) {
        const place = { ...whose, profileId: "p" };
        const make = { ...place, profile: { a: 1 }, etag: "*", matchHeader: "If-None-Match" };
        await lrs[`set${kind}Profile`](make);
        const again = await refused(lrs[`set${kind}Profile`](make));
        await lrs[`create${kind}Profile`]({ ...place, profile: { b: 2 } });
        const { data, headers } = await lrs[`get${kind}Profile`](place);
        await lrs[`set${kind}Profile`]({ ...place, profile: { c: 3 }, etag: headers.etag, matchHeader: "If-Match" });
        const late = await refused(lrs[`set${kind}Profile`]({ ...place, profile: { d: 4 }, etag: headers.etag, matchHeader: "If-Match" }));
        const ids = await said(lrs[`get${kind}Profiles`](whose));
        await lrs[`delete${kind}Profile`](place);
        results.push({ again, data, late, ids, gone: await refused(lrs[`get${kind}Profile`](place)) });
      }
      return results;
    """)
    assert found == [{"again": 412, "data": {"a": 1, "b": 2}, "late": 412, "ids": ["p"], "gone": 404}] * 2


def test_xapi_js_asks_about_the_store_an_activity_and_a_person(xapi_js: Run) -> None:
    found = xapi_js("""
      await lrs.sendStatement({ statement: done() });
      return {
        about: await said(lrs.getAbout()),
        activity: await said(lrs.getActivity({ activityId: course.id })),
        person: await said(lrs.getAgent({ agent })),
      };
    """)
    assert found["about"]["version"] == ["1.0.0", "1.0.1", "1.0.2", "1.0.3", "2.0.0"]
    assert found["activity"]["definition"]["name"] == {"zh-CN": "师德"}
    assert (found["person"]["objectType"], found["person"]["name"]) == ("Person", ["安娜"])


def test_xapi_js_sends_one_attachment_and_reads_it_and_is_refused_with_two(xapi_js: Run, local_store: Store) -> None:
    found = xapi_js("""
      const bytes = (text) => new TextEncoder().encode(text).buffer;
      const [one] = await said(lrs.sendStatement({ statement: done({ attachments: [await attachment("hello")] }), attachments: [bytes("hello")] }));
      const [statement, text] = await said(lrs.getStatement({ statementId: one, attachments: true }));
      const two = done({ attachments: [await attachment("hello"), await attachment("world")] });
      // it forgets the line's end before the third part: what it sends has no end of the second
      const both = await refused(lrs.sendStatement({ statement: two, attachments: [bytes("hello"), bytes("world")] }));
      // and some requests carry a parameter that the standard does not know
      const busted = await refused(lrs.getStatements({ useCacheBuster: true }));
      return { statement, text, both, busted };
    """)
    assert found["statement"]["attachments"][0]["length"] == 5
    assert found["text"] == "hello"
    assert (found["both"], found["busted"]) == (400, 400)
    assert local_store.count(StatementRow) == 1


def test_tincanjs_stores_reads_queries_and_voids(tincanjs: Run, local_store: Store) -> None:
    found = tincanjs("""
      const one = TinCan.Utils.getUUID();
      await ask("saveStatement", new TinCan.Statement(done({ id: one })), {});
      const many = [done(), done(), done({ object: { id: "https://elsewhere.example" } })].map((each) => new TinCan.Statement(each));
      await ask("saveStatements", many, {});
      const statement = await ask("retrieveStatement", one, {});
      const params = { agent: new TinCan.Agent(agent), verb: new TinCan.Verb(verb), activity: new TinCan.Activity(course), limit: 2, ascending: true };
      const first = await ask("queryStatements", { params });
      const second = await ask("moreStatements", { url: first.more });
      const voids = { actor: agent, verb: "http://adlnet.gov/expapi/verbs/voided", object: { objectType: "StatementRef", id: one } };
      await ask("saveStatement", new TinCan.Statement(voids), {});
      const gone = await refused(ask("retrieveStatement", one, {}));
      const voided = await ask("retrieveVoidedStatement", one, {});
      const ids = (page) => page.statements.map(({ id }) => id);
      return { one, many: many.map(({ id }) => id), name: statement.actor.name, pages: [ids(first), ids(second)], more: second.more, gone, voided: voided.id };
    """)
    assert found["name"] == "安娜"
    assert found["pages"] == [[found["one"], found["many"][0]], [found["many"][1]]]
    assert (found["more"] or "", found["gone"], found["voided"]) == ("", 404, found["one"])
    assert local_store.count(StatementRow) == 5


def test_tincanjs_keeps_states_and_loses_no_update(tincanjs: Run) -> None:
    found = tincanjs("""
      const place = { agent: new TinCan.Agent(agent), activity: new TinCan.Activity(course), registration: TinCan.Utils.getUUID() };
      const json = { ...place, contentType: "application/json" };
      await ask("saveState", "bookmark", { page: 3 }, { ...json });
      await ask("saveState", "bookmark", { name: "安娜" }, { ...json, method: "POST" });
      const first = await ask("retrieveState", "bookmark", { ...place });
      await ask("saveState", "bookmark", { page: 4 }, { ...json, lastSHA1: first.etag });
      const late = await refused(ask("saveState", "bookmark", { page: 5 }, { ...json, lastSHA1: first.etag }));
      const second = await ask("retrieveState", "bookmark", { ...place });
      // an author's way: the hash of what was read, without quotation marks
      await ask("saveState", "bookmark", { page: 6 }, { ...json, lastSHA1: TinCan.Utils.getSHA1String('{"page":4}') });
      const ids = await ask("retrieveStateIds", { ...place });
      await ask("dropState", "bookmark", { ...place });
      const gone = await ask("retrieveState", "bookmark", { ...place });
      await ask("saveState", "bookmark", "text", { ...place });
      await ask("dropState", null, { ...place });
      return { first: first.contents, late, second: second.contents, ids, gone, none: await ask("retrieveStateIds", { ...place }) };
    """)
    assert found["first"] == {"page": 3, "name": "安娜"}
    assert (found["late"], found["second"]) == (412, {"page": 4})
    assert (found["ids"], found["gone"], found["none"]) == (["bookmark"], None, [])


def test_tincanjs_keeps_profiles_of_activities_and_people(tincanjs: Run) -> None:
    found = tincanjs("""
      const results = [];
      for (const [kind, whose] of [["Activity", { activity: new TinCan.Activity(course) }], ["Agent", { agent: new TinCan.Agent(agent) }]]) {
        const json = { ...whose, contentType: "application/json" };
        await ask(`save${kind}Profile`, "p", { a: 1 }, { ...json });
        const again = await refused(ask(`save${kind}Profile`, "p", { a: 2 }, { ...json }));
        const first = await ask(`retrieve${kind}Profile`, "p", { ...whose });
        await ask(`save${kind}Profile`, "p", { b: 2 }, { ...json, lastSHA1: first.etag });
        const late = await refused(ask(`save${kind}Profile`, "p", { c: 3 }, { ...json, lastSHA1: first.etag }));
        const second = await ask(`retrieve${kind}Profile`, "p", { ...whose });
        const ids = await ask(`retrieve${kind}ProfileIds`, { ...whose });
        await ask(`drop${kind}Profile`, "p", { ...whose });
        results.push({ again, data: [first.contents, second.contents], late, ids, gone: await ask(`retrieve${kind}Profile`, "p", { ...whose }) });
      }
      return results;
    """)
    assert found == [{"again": 412, "data": [{"a": 1}, {"b": 2}], "late": 412, "ids": ["p"], "gone": None}] * 2


def test_tincanjs_asks_about_the_store_and_an_activity(tincanjs: Run) -> None:
    found = tincanjs("""
      await ask("saveStatement", new TinCan.Statement(done()), {});
      const about = await ask("about", {});
      const activity = await ask("retrieveActivity", course.id, {});
      return { about: about.version, name: activity.definition.name };
    """)
    assert found == {"about": ["1.0.0", "1.0.1", "1.0.2", "1.0.3", "2.0.0"], "name": {"zh-CN": "师德"}}


def test_tincanjs_asks_long_questions_in_the_alternate_syntax(tincanjs: Run) -> None:
    found = tincanjs("""
      const long = { account: { homePage: "https://school.example", name: "安".repeat(700) } };
      await ask("saveStatement", new TinCan.Statement(done({ actor: long })), {});
      await ask("saveStatement", new TinCan.Statement(done()), {});
      const page = await ask("queryStatements", { params: { agent: new TinCan.Agent(long) } });
      const state = { agent: new TinCan.Agent(long), activity: new TinCan.Activity(course), contentType: "application/json" };
      await ask("saveState", "s", { page: "第三页" }, { ...state });
      const kept = await ask("retrieveState", "s", { ...state });
      return { found: page.statements.length, state: kept.contents };
    """)
    assert found == {"found": 1, "state": {"page": "第三页"}}


def test_tincanjs_sends_attachments_and_reads_one(tincanjs: Run, local_store: Store) -> None:
    found = tincanjs("""
      const file = async (text) => new TinCan.Attachment({ ...(await attachment(text)), content: new TextEncoder().encode(text).buffer });
      const one = TinCan.Utils.getUUID();
      await ask("saveStatement", new TinCan.Statement(done({ id: one, attachments: [await file("hello")] })), {});
      const statement = await ask("retrieveStatement", one, { params: { attachments: true } });
      const two = new TinCan.Statement(done({ attachments: [await file("hello"), await file("world")] }));
      const both = await refused(ask("saveStatement", two, {}));
      return { text: statement.attachments[0].getContentAsString(), both };
    """)
    assert found["text"] == "hello"
    assert found["both"] == 400
