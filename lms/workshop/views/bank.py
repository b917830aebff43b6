"""The bank of questions: a list to search, a form for one question, and what the form of a quiz asks of the bank."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import msgspec
from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from msgspec import Meta
from sqlalchemy.orm import Session

from courses.answer_key import LONGEST_TAG, MOST_QUESTIONS
from courses.authoring.questions import TYPES, QuizQuestion
from courses.authoring.quiz import QuizDocument
from courses.formats.format import SANDBOX
from courses.strict_json.reader import LONGEST_SLUG
from lms.accounts.access import person, requires
from lms.accounts.account_changes import By
from lms.accounts.models import TRAINER, Organisation
from lms.catalogue import publish
from lms.catalogue.label_words import SHARE_WORDS
from lms.catalogue.models import SHARES
from lms.clock import now
from lms.db import session, transaction
from lms.errors import InvalidInput
from lms.row_ids import row_id
from lms.web.amounts import whole_number
from lms.web.json_bodies import body_of, json_reply
from lms.workshop import bank, bank_search, once
from lms.workshop.bank_search import BankFilter
from lms.workshop.form_words import question_kinds
from lms.workshop.models import BankQuestion
from lms.workshop.views.authoring import DOCUMENT_BYTES, MOST_EARLIER, DocumentBody, Token, config_of, document_of, kept_name, refused
from lms.workshop.views.blueprint import bp

LONGEST_SEARCH = 100
LONGEST_AFTER = 12
AT_REVISION = "@"  # between the code and the revision of what a form made
SENDING = frozenset({"add_to_bank", "change_in_bank", "keep_in_bank", "take_from_bank", "newer_in_bank"})

CopyCode = Annotated[str, Meta(max_length=LONGEST_SLUG)]


class BankDocument(msgspec.Struct):
    """A question of the bank in its form."""

    question: dict[str, Any]
    language: Annotated[str, Meta(max_length=10)] = "zh"


class BankBody(msgspec.Struct):
    """A question to save; `seen` is the revision that its form was opened with. `token`, `earlier`: see `PutBody`."""

    document: BankDocument
    seen: Annotated[str, Meta(max_length=12)] = ""
    token: Token = ""
    earlier: Annotated[list[Token], Meta(max_length=MOST_EARLIER)] = []


class TakeBody(msgspec.Struct):
    """A request for questions to copy: these, or all with a tag."""

    codes: Annotated[list[CopyCode], Meta(max_length=MOST_QUESTIONS)] = []
    tag: Annotated[str, Meta(max_length=LONGEST_TAG)] = ""


class CopyOrigin(msgspec.Struct):
    """The origin of a question of a quiz: the question of the bank, and its revision when it was copied."""

    id: CopyCode
    revision: int


class CopiesBody(msgspec.Struct):
    """The origins of the copies that a quiz has."""

    origins: Annotated[list[CopyOrigin], Meta(max_length=MOST_QUESTIONS)]


@bp.url_value_preprocessor
def _allow_questions(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Set the limit before the request is read (the check for forged forms reads it)."""
    if endpoint and endpoint.removeprefix("workshop.") in SENDING:
        request.max_content_length = DOCUMENT_BYTES


# -- Pages


@bp.get("/workshop/bank")
@requires(TRAINER)
def bank_list() -> ResponseReturnValue:
    """List the questions that fit the search and the filters."""
    wanted = _wanted()
    page = bank_search.search(session(), person(), wanted, request.args.get("after", "")[:LONGEST_AFTER])
    owners = dict(bank_search.owners(session(), person()))
    return render_template(
        "workshop/bank.html",
        page=page,
        wanted=wanted,
        filtered=wanted != BankFilter(),
        kinds=question_kinds(),
        tags=[(tag, f"{tag} ({count})") for tag, count in bank_search.tags(session(), person())],
        owners=owners,
    )


def _wanted() -> BankFilter:
    given = request.args
    kind, state = given.get("kind", ""), given.get("state", "")
    return BankFilter(
        words=given.get("q", "").strip()[:LONGEST_SEARCH],
        kind=kind if kind in TYPES else "",
        tag=given.get("tag", "")[:LONGEST_TAG],
        organisation_id=given.get("organisation", type=whole_number),
        state=state if state in bank_search.STATES else bank_search.IN_USE,
    )


@bp.get("/workshop/bank/new")
@requires(TRAINER)
def new_in_bank() -> ResponseReturnValue:
    """Show the form of a new question."""
    return _form(None, url_for(".add_to_bank"))


@bp.get("/workshop/bank/<code>")
@requires(TRAINER)
def in_bank(code: str) -> ResponseReturnValue:
    """Show the form of a question; a question of others can be looked at, and copied into quizzes."""
    found = bank_search.one(session(), code, person())
    return _form(found, url_for(".change_in_bank", code=code))


def _form(kept: BankQuestion | None, save: str) -> str:
    config = config_of("question")
    config["kept"] += f"/{kept.code if kept else ''}"
    config["seen"] = str(kept.revision) if kept else ""
    config["document"] = {"language": kept.language, "question": {"id": kept.code, **kept.document}} if kept else None
    mine = kept is None or publish.owns(session(), kept.organisation_id, person())
    config["urls"] = {**config["urls"], "save": save if mine else ""}
    owner = session().get(Organisation, kept.organisation_id) if kept and kept.organisation_id else None
    return render_template(
        "workshop/bank_question.html", kept=kept, mine=mine, owner=owner, config=config, shares=SHARE_WORDS, sandbox=SANDBOX
    )


# -- Changing


@bp.post("/workshop/bank")
@requires(TRAINER)
def add_to_bank() -> ResponseReturnValue:
    """Add a question."""
    question, language, sent = _sent()
    tokens = [one for one in (sent.token, *sent.earlier) if one]
    with transaction() as writing:
        if (made := once.made_with(writing, tokens[:1], person().id)) is not None:
            kept, _left = _made(writing, made)  # this form, or one that its author sent after it, was here
        else:
            if (made := once.made_with(writing, tokens[1:], person().id)) is not None:
                kept, left = _made(writing, made)  # its author has typed on since
                bank.change(writing, kept, question, language, left, _me())
            else:
                kept = bank.add_once(writing, question, language, person(), _me())
            made = f"{kept.code}{AT_REVISION}{kept.revision}"
        once.note(writing, tokens, made, _me())
        code, revision = kept.code, kept.revision
    flash(_("The question is in the bank."), "success")
    return _saved(code, revision)


def _made(writing: Session, made: str) -> tuple[BankQuestion, int]:
    """Return a question that a form made, locked, and the revision in which the form left it: somebody else may have changed it since."""
    code, _at, revision = made.partition(AT_REVISION)
    return bank.own(writing, code, person()), int(revision)


@bp.post("/workshop/bank/<code>")
@requires(TRAINER)
def change_in_bank(code: str) -> ResponseReturnValue:
    """Change a question; quizzes that have a copy keep it until their author takes the new one."""
    question, language, sent = _sent()
    with transaction() as writing:
        kept = bank.own(writing, code, person())
        bank.change(writing, kept, question, language, row_id(sent.seen) or 0, _me())
        revision = kept.revision
    flash(_("The question is saved. Quizzes keep their copy until somebody takes the new one."), "success")
    return _saved(code, revision)


def _saved(code: str, revision: int) -> Response:
    """Say where to go on: in the list, or in the question's form for somebody who has typed on in the meantime."""
    there = {"form": url_for(".in_bank", code=code), "kept": kept_name("question") + f"/{code}", "seen": str(revision)}
    return json_reply({"next": url_for(".bank_list"), **there})


def _sent() -> tuple[QuizQuestion, str, BankBody]:
    sent: BankBody = body_of(BankBody, DOCUMENT_BYTES)
    found = bank.read({"id": "new", **sent.document.question})
    if isinstance(found, list):
        raise refused(found)
    language = sent.document.language if sent.document.language in bank.LANGUAGES else bank.LANGUAGES[0]
    return found, language, sent


@bp.post("/workshop/bank/<code>/archive")
@requires(TRAINER)
def archive_in_bank(code: str) -> ResponseReturnValue:
    """Archive a question, or bring it back: an archived one is not offered to quizzes, and copies of it stay."""
    with transaction() as writing:
        kept = bank.own(writing, code, person())
        kept.archived_at = None if kept.archived_at else now()
        archived = kept.archived_at is not None
    flash(_("The question is archived. Quizzes that have it keep it.") if archived else _("The question is offered again."), "success")
    return redirect(url_for(".bank_list"))


@bp.post("/workshop/bank/<code>/share")
@requires(TRAINER)
def share_in_bank(code: str) -> ResponseReturnValue:
    """Say which organisations may use a question."""
    shared = request.form.get("shared", "")
    if shared not in SHARES:
        raise InvalidInput(_("Choose from the list. Nothing was changed."))
    with transaction() as writing:
        bank.own(writing, code, person()).shared = shared
    flash(_("The question is shared as you chose."), "success")
    return redirect(url_for(".in_bank", code=code))


# -- For the form of a quiz


@bp.get("/workshop/bank/find")
@requires(TRAINER)
def find_in_bank() -> ResponseReturnValue:
    """Return a page of questions as JSON, and the tags to choose from."""
    page = bank_search.search(session(), person(), _wanted(), request.args.get("after", "")[:LONGEST_AFTER])
    kinds = question_kinds()
    found = [{"code": one.code, "text": one.document["text"], "kind": kinds[one.kind], "tags": _tags(one)} for one in page.questions]
    tags = [{"tag": tag, "count": count} for tag, count in bank_search.tags(session(), person())]
    return json_reply({"questions": found, "next": page.next, "total": page.total, "tags": tags})


@bp.post("/workshop/bank/take")
@requires(TRAINER)
def take_from_bank() -> ResponseReturnValue:
    """Return whole questions, with their answers, for a quiz to copy."""
    sent: TakeBody = body_of(TakeBody, DOCUMENT_BYTES)
    found = bank_search.with_tag(session(), person(), sent.tag) if sent.tag else bank_search.by_codes(session(), person(), sent.codes)
    if len(found) > MOST_QUESTIONS:
        raise InvalidInput(_("More than %(most)s questions have this tag. Choose a narrower one.", most=MOST_QUESTIONS))
    return _copies(found)


@bp.post("/workshop/bank/newer")
@requires(TRAINER)
def newer_in_bank() -> ResponseReturnValue:
    """Return the questions that were changed in the bank after a quiz copied them."""
    sent: CopiesBody = body_of(CopiesBody, DOCUMENT_BYTES)
    copied = {one.id: one.revision for one in sent.origins}
    found = bank_search.by_codes(session(), person(), copied)
    return _copies(one for one in found if one.revision > copied[one.code])


@bp.post("/workshop/bank/keep")
@requires(TRAINER)
def keep_in_bank() -> ResponseReturnValue:
    """Put the questions of a quiz into the bank that are not from it."""
    document = document_of(body_of(DocumentBody, DOCUMENT_BYTES).document)
    if not isinstance(document.body, QuizDocument):
        raise InvalidInput(_("Only questions of a quiz can be put into the bank."))
    with transaction() as writing:
        kept, added = bank.keep_all(writing, document.body.questions, document.language[:2], person(), _me())
    said = _("Put into the bank: %(n)s.", n=added) if added else _("Nothing was added: the bank has all of these questions.")
    return json_reply({"kept": kept, "said": said})


def _tags(kept: BankQuestion) -> list[str]:
    return list(kept.document.get("tags", ()))


def _copies(questions: Iterable[BankQuestion]) -> Response:
    found: list[Mapping[str, Any]] = [bank.copy_of(one) for one in questions]
    return json_reply({"questions": found})


def _me() -> By:
    return By(person().id, now())
