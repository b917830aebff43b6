"""Do forms put activities into a draft, and come back filled with what is there?"""

import json
import re
from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import TRAINER
from lms.accounts.people import add_person
from lms.workshop.models import Draft
from tests.access import form_token
from tests.factories import World, signed_in
from tests.unit.courses.authored import QUIZ, REFLECTION

PLAIN = {**QUIZ, "questions": [{name: value for name, value in one.items() if name != "picture"} for one in QUIZ["questions"]]}


@pytest.fixture
def trainer(world: World) -> FlaskClient:
    world.act(lambda session: add_person(session, "maker", "课程师", (TRAINER,), password=None))
    return signed_in(world.app, "maker")


@pytest.fixture
def draft(trainer: FlaskClient) -> str:
    begun = trainer.post("/workshop/drafts", headers={"X-CSRFToken": form_token(trainer)})
    return str(begun.location)


def put(trainer: FlaskClient, path: str, document: Any, status: int = 200, **more: Any) -> Any:
    answer = trainer.post(path, json={"document": document, **more}, headers={"X-CSRFToken": form_token(trainer)})
    assert answer.status_code == status, answer.text
    return answer.get_json()


def activities(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.act(lambda session: session.scalars(select(Draft)).one().document["modules"][0]["activities"])
    return found


def config(trainer: FlaskClient, draft: str, key: str) -> dict[str, Any]:
    page = trainer.get(f"{draft}/activities/{key}/form").text
    found: dict[str, Any] = json.loads(re.search(r'id="form-config">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    return found


def values(trainer: FlaskClient, draft: str, key: str) -> dict[str, Any]:
    found: dict[str, Any] = config(trainer, draft, key)["document"]
    return found


@pytest.mark.parametrize("document", [PLAIN, REFLECTION], ids=["quiz", "reflection"])
def test_what_a_form_puts_into_a_draft_fills_the_form_again(trainer: FlaskClient, draft: str, world: World, document: Any) -> None:
    assert put(trainer, f"{draft}/forms", document)["next"].startswith(f"{draft}#activity-")
    (activity,) = activities(world)
    assert (activity["title"]["zh"], activity["grading"], activity["requires"]) == (document["title"], "server", {"passed": True})
    filled = values(trainer, draft, activity["key"])
    seen = config(trainer, draft, activity["key"])["seen"]
    assert put(trainer, f"{draft}/activities/{activity['key']}/form", filled, seen=seen)
    (again,) = activities(world)
    assert (again["key"], again["files"], again.get("answers")) == (activity["key"], activity["files"], activity.get("answers"))
    assert values(trainer, draft, activity["key"]) == filled


@pytest.mark.parametrize("theirs", [{"title": "他们的标题"}, {"pass_percent": 75}], ids=["title", "content"])
def test_a_form_is_not_saved_over_what_somebody_saved_after_it_was_opened(
    trainer: FlaskClient, draft: str, world: World, theirs: dict[str, Any]
) -> None:
    put(trainer, f"{draft}/forms", PLAIN)
    form = f"{draft}/activities/{activities(world)[0]['key']}/form"
    opened = config(trainer, draft, activities(world)[0]["key"])
    put(trainer, form, {**PLAIN, **theirs}, seen=opened["seen"])
    saved = activities(world)
    assert "没有保存" in put(trainer, form, {**PLAIN, "title": "我的标题"}, 409, seen=opened["seen"])["detail"]
    assert activities(world) == saved
    put(trainer, form, {**PLAIN, "title": "我的标题"}, seen=config(trainer, draft, saved[0]["key"])["seen"])
    assert activities(world)[0]["title"]["zh"] == "我的标题"


def test_a_document_that_comes_again_after_a_lost_answer_is_put_in_once(trainer: FlaskClient, draft: str, world: World) -> None:
    first = put(trainer, f"{draft}/forms", PLAIN, token="the-first-press")
    assert put(trainer, f"{draft}/forms", PLAIN, token="the-first-press") == first
    (activity,) = activities(world)
    form, changed = first["form"], {**PLAIN, "pass_percent": 75}
    second = put(trainer, form, changed, seen=first["seen"], token="the-second-press")
    assert put(trainer, form, changed, seen=first["seen"], token="the-second-press") == second
    assert second["seen"] == config(trainer, draft, activity["key"])["seen"] != first["seen"]
    assert second["kept"] == config(trainer, draft, activity["key"])["kept"]
    put(trainer, f"{draft}/forms", PLAIN, token="another-press")
    assert len(activities(world)) == 2


def test_typing_on_after_a_lost_answer_changes_the_activity_that_was_put_in_and_adds_no_second_one(
    trainer: FlaskClient, draft: str, world: World
) -> None:
    forms = f"{draft}/forms"
    first = put(trainer, forms, PLAIN, token="first")
    put(trainer, forms, {**PLAIN, "pass_percent": 75}, token="third", earlier=["first", "second"])  # the second never arrived
    (activity,) = activities(world)
    assert values(trainer, draft, activity["key"])["pass_percent"] == 75
    again = {"seen": first["seen"], "earlier": ["fourth"]}  # a form that was opened before the third press
    put(trainer, first["form"], {**PLAIN, "pass_percent": 80}, 409, **again)
    opened = config(trainer, draft, activity["key"])["seen"]
    put(trainer, first["form"], {**PLAIN, "pass_percent": 80}, seen=opened, token="fourth")
    put(trainer, first["form"], {**PLAIN, "pass_percent": 90}, seen=opened, token="fifth", earlier=["fourth"])
    assert values(trainer, draft, activity["key"])["pass_percent"] == 90
    assert len(activities(world)) == 1


def test_a_form_whose_answer_was_lost_is_not_saved_over_what_a_colleague_saved_since(
    trainer: FlaskClient, draft: str, world: World
) -> None:
    first = put(trainer, f"{draft}/forms", PLAIN, token="first")
    world.act(lambda session: add_person(session, "colleague", "同事", (TRAINER,), password=None))
    put(signed_in(world.app, "colleague"), first["form"], {**PLAIN, "pass_percent": 75}, seen=first["seen"], token="theirs")
    assert "没有保存" in put(trainer, f"{draft}/forms", {**PLAIN, "pass_percent": 80}, 409, token="second", earlier=["first"])["detail"]
    (activity,) = activities(world)
    assert values(trainer, draft, activity["key"])["pass_percent"] == 75


@pytest.mark.parametrize("where", ["forms", "activities/nothing/form"])
def test_a_form_that_somebody_else_opened_waits_for_them_and_saves_nothing(
    trainer: FlaskClient, draft: str, world: World, where: str
) -> None:
    page = trainer.get(f"{draft}/forms/quiz").text
    opened_by = json.loads(page.split('id="form-config">')[1].split("</script>")[0])["person"]
    world.act(lambda session: add_person(session, "colleague", "同事", (TRAINER,), password=None))
    put(signed_in(world.app, "colleague"), f"{draft}/{where}?person={opened_by}", PLAIN, 401)
    assert activities(world) == []
    put(trainer, f"{draft}/forms?person={opened_by}", PLAIN)
    assert len(activities(world)) == 1


def test_a_mistake_changes_nothing_in_the_draft(trainer: FlaskClient, draft: str, world: World) -> None:
    refused = put(trainer, f"{draft}/forms", {**PLAIN, "title": ""}, 400)
    assert [one["path"] for one in refused["fields"]] == ["title"]
    assert activities(world) == []


def test_a_document_that_a_preview_takes_can_be_put_into_the_draft(trainer: FlaskClient, draft: str, world: World) -> None:
    blocks = [{"type": "paragraph", "text": Random(number).randbytes(5000).hex()} for number in range(60)]
    document = {"type": "reading", "title": "长文", "language": "zh", "pages": [{"heading": "长文", "blocks": blocks}] * 2}
    put(trainer, "/workshop/activities/preview", document)
    put(trainer, f"{draft}/forms", document)
    (activity,) = activities(world)
    put(trainer, f"{draft}/activities/{activity['key']}/form", document, seen=config(trainer, draft, activity["key"])["seen"])


def test_the_draft_offers_the_forms_and_mends_what_they_made(trainer: FlaskClient, draft: str, world: World) -> None:
    assert f"{draft}/forms/quiz" in trainer.get(draft).text
    put(trainer, f"{draft}/forms", PLAIN)
    (activity,) = activities(world)
    assert f"{draft}/activities/{activity['key']}/form" in trainer.get(f"{draft}/activities/{activity['key']}").text
    assert trainer.get(f"{draft}/activities/nothing/form").status_code == 404


def test_the_outline_names_what_a_form_made_and_keeps_its_one_title_in_one_language(trainer: FlaskClient, draft: str, world: World) -> None:
    put(trainer, f"{draft}/forms", REFLECTION)
    (activity,) = activities(world)
    assert activity["title"] == {"zh": REFLECTION["title"], "en": ""}
    page = trainer.get(draft).text
    assert f"“{REFLECTION['title']}”已放入课程。" in page
    assert '<span data-line="format">教学反思</span>' in page


def test_a_file_of_another_type_opened_in_a_draft_stays_in_the_draft(trainer: FlaskClient, draft: str, world: World) -> None:
    """It is kept under the name that the form of its type reads in this draft, and an activity that is there keeps its type."""
    page = trainer.get(f"{draft}/forms/quiz").text
    found = json.loads(page.split('id="form-config">')[1].split("</script>")[0])
    other = json.loads(trainer.get(found["forms"]["reading"]["url"]).text.split('id="form-config">')[1].split("</script>")[0])
    assert found["forms"]["reading"]["url"].startswith(draft)
    assert (found["forms"]["reading"]["kept"], found["forms"]["quiz"]["kept"]) == (other["kept"], found["kept"])
    put(trainer, f"{draft}/forms", PLAIN)
    assert "forms" not in config(trainer, draft, activities(world)[0]["key"])
