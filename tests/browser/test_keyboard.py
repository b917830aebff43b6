"""Does a trainer make a course of four activities with the keyboard alone, in English, and is the focus never lost on the way?"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Locator, Page, expect
from sqlalchemy import select

from lms.accounts.models import TRAINER, Organisation, Person
from lms.accounts.people import add_person
from lms.db import transaction
from tests.browser.axe import violations
from tests.browser.keys import Keys
from tests.browser.phone import phone
from tests.browser.quizzes import at
from tests.browser.sizes import DESK
from tests.browser.studying import SOON_MS, content
from tests.site import FILM, PASSWORD, Site

SAVED = "Everything is saved."
STEPS = ["ice", "water", "steam"]


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    with site.app.app_context(), transaction() as session:
        trainer = session.scalars(select(Person).where(Person.username == "trainer")).one()
        own = session.get_one(Organisation, trainer.organisation_id)
        add_person(session, "colleague", "Chen Yan", (TRAINER,), password=PASSWORD, organisation=own)
    with phone(browser, site, "nothing", locale="en") as context:
        yield at_desk(context)


def at_desk(context: BrowserContext) -> Page:
    page = context.new_page()
    page.set_viewport_size(DESK)
    page.on("filechooser", lambda _: None)  # from now on, or the first window of the system may open unseen
    return page


def begin(keys: Keys, site: Site) -> None:
    """Sign in and begin a course."""
    page = keys.page
    page.goto(f"{site.address}/catalogue/")
    keys.write(page.get_by_label("User name"), "trainer")
    keys.write(page.locator("input[name=password]"), PASSWORD)
    page.keyboard.press("Enter")
    keys.press(page.get_by_role("link", name="Make a course"))
    keys.press(page.get_by_role("button", name="New course"))
    keys.write(page.get_by_label("Title in English").first, "Three states of water")
    page.keyboard.press("Tab")
    expect(page.locator("h1")).to_have_text("Three states of water")
    keys.press(page.get_by_role("button", name="Undo"))  # it rests now, because nothing else can be undone
    expect(page.get_by_role("button", name="Redo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()


def field(page: Page, path: str) -> Locator:
    return at(page, path).locator("input[type=text], textarea").first


def put(keys: Keys, title: str) -> None:
    keys.press(keys.page.get_by_role("button", name="Put into the course"))
    expect(keys.page.locator("[data-line=title]", has_text=title)).to_be_visible(timeout=SOON_MS)
    keys.page.wait_for_load_state()  # a press before the scripts are there does nothing


def write_reading(keys: Keys) -> None:
    page = keys.page
    keys.press(page.get_by_role("link", name="New: Reading"))
    keys.write(field(page, "title"), "About ice")
    keys.write(field(page, "pages[0].heading"), "Ice")
    keys.write(field(page, "pages[0].blocks[0]"), "Ice melts at 0 degrees.")
    keys.press(page.get_by_role("button", name="Add a heading"))
    assert not keys.lost
    page.keyboard.insert_text("Warmer")
    keys.press(page.get_by_role("button", name="Remove: 2. Heading"))
    assert not keys.lost
    keys.press(page.get_by_role("button", name="Undo"))
    expect(field(page, "pages[0].blocks[1]")).to_be_focused()
    put(keys, "About ice")


def add_question(keys: Keys, number: int, kind: str, text: str) -> str:
    path = f"questions[{number}]"
    if number:
        keys.press(at(keys.page, "questions").locator("> [data-add]"))
        keys.choose(at(keys.page, f"{path}.type").locator("select"), kind)
        expect(at(keys.page, f"{path}.type").locator("select")).to_be_focused()
    keys.write(field(keys.page, f"{path}.text"), text)
    return path


def write_quiz(keys: Keys) -> None:
    """Write a question of each of the six kinds."""
    page = keys.page
    keys.press(page.get_by_role("link", name="New: Quiz"))
    keys.write(field(page, "title"), "Water quiz")
    one = add_question(keys, 0, "", "When does ice melt?")
    keys.press(at(page, f"{one}.options[0]").get_by_role("radio"), "Space")
    keys.write(field(page, f"{one}.options[0]"), "0 degrees")
    keys.write(field(page, f"{one}.options[1]"), "100 degrees")
    several = add_question(keys, 1, "Several", "Which are water?")
    keys.press(at(page, f"{several}.options").locator("[data-add]"))
    for number, text in enumerate(("Ice", "Iron", "Steam")):
        if text != "Iron":
            keys.press(at(page, f"{several}.options[{number}]").get_by_role("checkbox"), "Space")
        keys.write(field(page, f"{several}.options[{number}]"), text)
    add_question(keys, 2, "True", "Ice floats.")
    blank = add_question(keys, 3, "Fill", "Its formula is ____.")
    keys.write(field(page, f"{blank}.blanks[0]"), "H2O")
    order = add_question(keys, 4, "Put into", "From cold to hot")
    for number, text in enumerate(STEPS):
        keys.write(field(page, f"{order}.steps[{number}]"), text)
    match = add_question(keys, 5, "Put pairs", "Match them")
    for number, pair in enumerate((("Ice", "solid"), ("Water", "liquid"))):
        for side, text in zip(("left", "right"), pair, strict=True):
            keys.write(field(page, f"{match}.pairs[{number}].{side}"), text)
    keys.press(page.get_by_role("button", name="Move down: Question 1"))
    expect(page.get_by_role("button", name="Move down: Question 2")).to_be_focused()
    keys.press(page.get_by_role("button", name="Move up: Question 2"))
    put(keys, "Water quiz")


def write_film(keys: Keys) -> None:
    """Choose a film and place a question on it where it stands, then write another time."""
    page = keys.page
    keys.press(page.get_by_role("link", name="New: Film with questions"))
    keys.write(field(page, "title"), "How ice melts")
    keys.choose_file(page.get_by_label("Film", exact=True), FILM)
    place = page.locator("[data-place]")
    expect(place).to_be_visible(timeout=SOON_MS)
    assert not keys.lost
    keys.press(place)
    expect(field(page, "checkpoints[0].question")).to_be_focused()
    page.keyboard.insert_text("What do you see?")
    keys.write(page.get_by_label("Time in the film"), "0:02.5")
    keys.press(page.get_by_role("button", name="Show this place"))
    assert page.locator("video[data-film]").evaluate("(film) => film.currentTime") == 2.5
    keys.press(at(page, "checkpoints[0].options[0]").get_by_role("radio"), "ArrowDown")
    expect(at(page, "checkpoints[0].options[1]").get_by_role("radio")).to_be_checked()
    for number, text in enumerate(("Iron", "Ice")):
        keys.write(field(page, f"checkpoints[0].options[{number}]"), text)
    put(keys, "How ice melts")


def write_reflection(keys: Keys) -> None:
    page = keys.page
    keys.press(page.get_by_role("link", name="New: Reflection"))
    keys.write(field(page, "title"), "My lesson")
    keys.write(field(page, "prompt"), "Which step is hard for your pupils?")
    put(keys, "My lesson")


def titles(page: Page) -> list[str]:
    return page.locator("[data-line=title]").all_inner_texts()


def arrange(keys: Keys) -> None:
    """Order activities and parts, set a condition and minutes, and undo the last change."""
    page = keys.page
    assert titles(page) == ["About ice", "Water quiz", "How ice melts", "My lesson"]
    keys.press(page.get_by_role("button", name="Move up How ice melts"))
    expect(page.get_by_role("button", name="Move up How ice melts")).to_be_focused()
    expect(page.locator("#announcer")).to_have_text("How ice melts: place 2 of 4")
    keys.press(page.get_by_role("button", name="Add a part"))
    expect(page.locator("[data-module]")).to_have_count(2, timeout=SOON_MS)
    expect(page.get_by_label("Part in English").last).to_be_focused()
    keys.write(page.get_by_label("Part in English").last, "Afterwards")
    keys.press(page.get_by_role("button", name="Move down My lesson"))
    expect(page.locator("[data-module]").last.locator("[data-activity]")).to_have_count(1)
    keys.press(page.get_by_role("button", name="Part up Afterwards"))
    assert not keys.lost
    expect(page.locator("[data-save-line]")).to_have_text(SAVED)
    assert titles(page) == ["My lesson", "About ice", "How ice melts", "Water quiz"]
    keys.press(page.get_by_role("button", name="Undo"))
    expect(page.locator("[data-line=title]").first).to_have_text("About ice", timeout=SOON_MS)
    assert not keys.lost
    keys.press(page.locator("[data-activity] summary", has_text="How ice melts"))
    gate = page.get_by_label("Before the time counts, learners must")
    keys.write(page.get_by_label("Minutes that it can earn at most"), "3")
    keys.to(gate)
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-save-line]")).to_have_text(SAVED)
    expect(gate).to_be_focused()
    assert violations(page) == []


def put_into_order(keys: Keys, question: Locator) -> None:
    for place, text in enumerate(STEPS):
        while question.locator(".th-step").all_inner_texts().index(text) > place:
            keys.press(question.get_by_role("button", name=f"Move up: {text}"))
            assert question.evaluate("() => document.activeElement !== document.body")
    keep = question.get_by_role("button", name="This order is right")
    if keep.is_visible():
        keys.press(keep)


def answer(keys: Keys, frame: FrameLocator) -> None:
    """Answer every question right, and hand in."""
    questions = frame.locator("fieldset")
    keys.press(questions.nth(0).get_by_label("0 degrees", exact=True), "Space")
    for text in ("Ice", "Steam"):
        keys.press(questions.nth(1).get_by_label(text), "Space")
    keys.press(questions.nth(2).get_by_label("True"), "Space")
    keys.write(questions.nth(3).get_by_role("textbox"), "h2o")
    put_into_order(keys, questions.nth(4))
    for label, text in (("Ice", "solid"), ("Water", "liquid")):
        keys.choose(questions.nth(5).get_by_label(label), text)
    keys.press(frame.get_by_role("button", name="Hand in"))


def preview(keys: Keys) -> None:
    page = keys.page
    keys.press(page.locator("[data-activity] summary", has_text="Water quiz"))
    keys.press(page.locator("[data-activity]", has_text="Water quiz").get_by_role("link", name="Preview"))
    frame = content(page)
    expect(frame.locator("fieldset")).to_have_count(6, timeout=SOON_MS)
    answer(keys, frame)
    expect(frame.get_by_role("heading", name="Passed! Score 6 / 6")).to_be_focused(timeout=SOON_MS)
    page.go_back()


def review_and_publish(keys: Keys) -> None:
    """Ask a colleague, leave a dialog and a menu with Escape, and publish."""
    page = keys.page
    keys.press(page.get_by_role("link", name="Check and publish"))
    keys.choose(page.get_by_label("Colleague"), "Chen")
    keys.press(page.get_by_role("button", name="Ask"))
    expect(page.get_by_text("Chen Yan was asked to look at it")).to_be_visible()
    keys.write(page.get_by_label("Comment", exact=True), "Please look at the film.")
    keys.press(page.get_by_role("button", name="Add the comment"))
    expect(page.locator(".card", has_text="Please look at the film.")).to_be_visible()
    keys.press(page.locator("summary", has_text="Copy, export, delete"))
    delete = page.get_by_role("button", name="Delete the draft")
    keys.press(delete)
    expect(page.get_by_role("dialog").get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(delete).to_be_focused()
    menu = page.locator("details[data-menu] > summary").last
    keys.press(menu)
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    keys.press(page.get_by_role("button", name="Publish", exact=True))
    expect(page.get_by_text("Published as version 1")).to_be_visible(timeout=SOON_MS)


def test_a_course_of_four_activities_is_made_previewed_and_published_by_keyboard_alone(page: Page, site: Site) -> None:
    keys = Keys(page)
    begin(keys, site)
    for write in (write_reading, write_quiz, write_film, write_reflection):
        write(keys)
    arrange(keys)
    preview(keys)
    review_and_publish(keys)
