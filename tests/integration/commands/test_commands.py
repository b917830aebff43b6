"""Does each command do its work, print only JSON with --json, and refuse bad input with exit code 2 and one line for each problem?"""

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask.cli import ScriptInfo
from sqlalchemy import select

from courses.samples import SAMPLES
from lms import programmes
from lms.accounts.models import Person
from lms.cli import main_group
from lms.lifetime import rules
from tests.access import form_token
from tests.architecture.commands import COMMANDS
from tests.commands import json_of
from tests.factories import World

DOCUMENT = Path(programmes.__file__).parent / "data" / "rural-lead-2020.toml"

SAMPLE = json.loads((SAMPLES[0] / "course.json").read_text(encoding="utf-8"))["code"]

Run = Callable[..., Result]


@pytest.fixture
def run(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command of `lms` on the world, in a folder with some files."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "no.json").write_text("{", encoding="utf-8")
    (tmp_path / "latin.json").write_bytes(b"\xe9")
    (tmp_path / "no.zip").write_bytes(b"this is not a zip")
    (tmp_path / "no.toml").write_text("code = 1\nyear = 'x'\n", encoding="utf-8")
    (tmp_path / "rule.toml").write_text(rules.example(), encoding="utf-8")
    (tmp_path / "roster.csv").write_text("姓名,用户名,类别\n林静宜,lin,小学\n,x,小学\n李强,li,moon\n", encoding="utf-8")
    (tmp_path / "large.csv").write_bytes(b"a" * 5_000_001)
    (tmp_path / "mixed.csv").write_bytes("姓名,用户名\n".encode() + "林静宜,lin\n".encode("gbk"))
    settings = world.app.extensions["settings"]
    env = {"LMS_DATA_DIR": str(tmp_path), "DATABASE_URL": settings.database_url, "SECRET_KEY": settings.secret_key, "REDIS_URL": None}

    def invoke(*words: str, **more: str) -> Result:
        return CliRunner().invoke(main_group, words, obj=ScriptInfo(create_app=lambda: world.app), prog_name="lms", env=env, **more)

    return invoke


# the command line, and the beginning of each line of output
BAD: list[tuple[str, list[str]]] = [
    ("nothing", ["lms: No such command 'nothing'."]),
    ("serve --port 0", ["lms serve: Invalid value for '--port'"]),
    ("serve --port many", ["lms serve: Invalid value for '--port'"]),
    ("serve --workers 2", ["--workers: more than one web process needs REDIS_URL"]),
    ("serve --colour red", ["lms serve: No such option"]),
    ("worker --processes 0", ["lms worker: Invalid value for '--processes'"]),
    ("worker", ["REDIS_URL: is not set"]),
    ("beat", ["REDIS_URL: is not set"]),
    ("db downgrade", ["lms db: No such command"]),
    ("db upgrade now", ["lms db upgrade: Got unexpected extra argument"]),
    ("demo load now", ["lms demo load: Got unexpected extra argument"]),
    ("user add new", ["lms user add: Missing option '--name'"]),
    (
        "user add not/a/name --name ' ' --role boss --organisation nowhere --password short",
        ["username: ", "name: ", "role: ", "password: ", "organisation: 'nowhere' is not known"],
    ),
    ("user add TEACHER --name 某人 --password correct-horse", ["username: 'TEACHER' is taken"]),
    ("user add newcomer --name 某人 --password newcomer-2026", ["password: Leave your user name out of it."]),
    ("user password nobody --password correct-horse", ["username: 'nobody' is not known"]),
    ("user password teacher --password short", ["password: Use 8 to 128 characters."]),
    ("organisation add o1 --name 某办公室 --kind ministry", ["lms organisation add: Invalid value for '--kind'"]),
    ("organisation add a/b --name ' ' --kind office --above nowhere", ["code: ", "name: ", "above: 'nowhere' is not known"]),
    ("organisation add p1 --name 某单位 --kind provider", ["code: 'p1' is taken"]),
    ("organisation list now", ["lms organisation list: Got unexpected extra argument"]),
    ("hours recompute", ["lms hours recompute: Missing argument 'FILE'"]),
    ("hours recompute none.json", ["none.json: No such file"]),
    ("hours recompute no.json", ["no.json: "]),
    ("hours recompute latin.json", ["latin.json: is not a text in UTF-8"]),
    ("ledger verify --enrolment one", ["lms ledger verify: Invalid value for '--enrolment'"]),
    ("ledger verify --enrolment 1 --enrolment 998 --enrolment 999", ["enrolment: 998 is not known", "enrolment: 999 is not known"]),
    ("xapi key add --scope all", ["lms xapi key add: Missing option '--name'"]),
    ("xapi key add --name N --scope everything", ["scope: "]),
    ("xapi key add --name N --default-version 3", ["default-version: "]),
    ("xapi key revoke nothing", ["KEY: no key that works has this name"]),
    ("xapi key list now", ["lms xapi key list: Got unexpected extra argument"]),
    ("xapi partitions --ahead -1", ["lms xapi partitions: Invalid value for '--ahead'"]),
    ("xapi parked 7", ["lms xapi parked: Got unexpected extra argument"]),
    ("xapi export", ["lms xapi export: Missing option '--out'"]),
    ("xapi export --out a.jsonl --format xml", ["lms xapi export: Invalid value for '--format'"]),
    ("xapi export --out a.jsonl --since yesterday", ["since: "]),
    ("xapi export --out none/a.jsonl", ["out: none/a.jsonl: No such file or directory"]),
    ("course import none.zip", ["lms course import: Invalid value for 'PATH...'"]),
    ("course import no.zip", [": "]),
    ("course list now", ["lms course list: Got unexpected extra argument"]),
    ("programme import none.toml", ["lms programme import: Invalid value for 'FILE'"]),
    ("programme import latin.json", ["latin.json: is not a text in UTF-8"]),
    ("programme import no.json", [": "]),
    ("lifetime import none.toml", ["lms lifetime import: Invalid value for 'FILE'"]),
    ("lifetime import latin.json", ["latin.json: is not a text in UTF-8"]),
    ("lifetime import no.json", [": "]),
    ("lifetime check no.json", [": "]),
    ("class open", ["lms class open: Missing argument 'CODE'"]),
    (
        "class open k2 --name N --programme p --provider p1 --starts-on soon --ends-on later",
        ["lms class open: Invalid value for '--starts-on'"],
    ),
    (
        "class open k2 --name N --programme moon --provider moon --starts-on 2026-03-01 --ends-on 2026-06-30",
        ["programme: moon is not known", "provider: 'moon' is not known as a provider"],
    ),
    (
        "class open k2 --name N --programme online-teaching --year 2019 --provider p1 --starts-on 2026-03-01 --ends-on 2026-06-30",
        ["programme: online-teaching 2019 is not known"],
    ),
    (
        "class open k2 --name N --programme online-teaching --provider p1 --starts-on 2019-03-01 --ends-on 2019-06-30",
        ["programme: The programme is in force from "],
    ),
    (
        "class open a/b --name ' ' --programme online-teaching --provider p1 --starts-on 2026-03-01 --ends-on 2026-02-01 --track moon",
        ["code: ", "name: ", "ends_on: ", "tracks: moon is not one of primary, junior"],
    ),
    ("class open k1 --name N --programme online-teaching --provider p1 --starts-on 2026-03-01 --ends-on 2026-06-30", ["code: "]),
    (
        "class open k2 --name N --programme online-teaching --provider p1 --starts-on 2026-03-01 --ends-on 2026-06-30 --course moon",
        ["course: moon is not known"],
    ),
    ("class list now", ["lms class list: Got unexpected extra argument"]),
    ("class study k9 c1", ["class: 'k9' is not known"]),
    ("class study k1 moon", ["course: moon is not known"]),
    ("class study k1 c1", ["The class studies a version of this course already"]),
    ("class close k9", ["class: 'k9' is not known"]),
    ("class reopen k9", ["class: 'k9' is not known"]),
    ("class states k9", ["class: 'k9' is not known"]),
    ("class withdraw k1", ["lms class withdraw: Missing argument 'USERNAMES...'"]),
    ("class withdraw k1 teacher nobody another", ["username: nobody is not in this class", "username: another is not in this class"]),
    ("class enrol k1 none.csv", ["lms class enrol: Invalid value for 'FILE'"]),
    ("class enrol k9 no.zip", ["class: 'k9' is not known"]),
    ("class enrol k1 no.zip", ["no.zip: No line names the columns"]),
    ("class enrol k1 roster.csv", ["line 3: name: is empty", "line 3: username: ", "line 4: track: should be "]),
    ("class enrol k1 roster.csv --dry-run", ["line 3: name: is empty", "line 3: username: ", "line 4: track: should be "]),
    ("class enrol k1 roster.csv --track moon", ["track: 'moon' is not one of primary, junior"]),
    ("class enrol k1 roster.csv --below moon", ["below: 'moon' is not known"]),
    ("class enrol k1 large.csv", ["large.csv: The file is larger than 5 MB."]),
    ("class enrol k1 mixed.csv", ["mixed.csv: Line 1 is written in UTF-8"]),
    ("class passwords k1", ["lms class passwords: Missing option '--out'"]),
    ("class passwords k1 --out roster.csv", ["out: roster.csv: File exists"]),
    ("class passwords k1 --out none/p.csv", ["out: none/p.csv: No such file or directory"]),
    ("class passwords k9 --out p.csv", ["class: 'k9' is not known"]),
    ("programme list now", ["lms programme list: Got unexpected extra argument"]),
    ("transcript export --person teacher", ["lms transcript export: Missing option '--out'"]),
    ("transcript export --person nobody --out t.pdf", ["person: 'nobody' is nobody's user name or id"]),
    ("transcript export --person teacher --class k9 --out t.pdf", ["class: 'teacher' is not in 'k9', but in k1"]),
    ("transcript export --person teacher --format docx --out t.pdf", ["lms transcript export: Invalid value for '--format'"]),
    ("transcript export --person teacher --format json --out none/t.json", ["out: none/t.json: No such file or directory"]),
]


def people(world: World) -> Any:
    return world.act(lambda session: session.scalars(select(Person.username).order_by(Person.id)).all())


def test_bad_input_is_refused_with_a_line_a_problem_and_changes_nothing(world: World, run: Run, tmp_path: Path) -> None:
    before, files, differing = people(world), sorted(tmp_path.iterdir()), {}
    for words, lines in BAD:
        answer = run(*shlex.split(words))
        told = answer.stderr.splitlines()
        right = len(told) == len(lines) and all(line in one for one, line in zip(told, lines, strict=True))
        if not right or (answer.exit_code, answer.stdout) != (2, ""):
            differing[words] = (answer.exit_code, answer.output)
    assert differing == {}, "\n".join(f"{k}: {v}" for k, v in differing.items())
    assert people(world) == before
    assert sorted(tmp_path.iterdir()) == files


def test_every_command_refuses_what_it_does_not_know_in_a_line_before_it_asks_for_anything(tmp_path: Path) -> None:
    for name in COMMANDS:
        answer = CliRunner().invoke(
            main_group, [*name.split()[1:], "--no-such-option"], prog_name="lms", env={"LMS_DATA_DIR": str(tmp_path / "x")}
        )
        assert (answer.exit_code, answer.stdout, list(tmp_path.iterdir())) == (2, "", []), name
        (line,) = answer.stderr.splitlines()
        assert line.startswith(f"{name}: No such option '--no-such-option'"), line


GOOD: list[tuple[str, set[str]]] = [
    (
        "user add newcomer --name 林静宜 --role trainer --role office --organisation p1 --password correct-horse --json",
        {"id", "username", "roles"},
    ),
    ("ledger verify --json", {"enrolments", "entries", "findings", "clean"}),
    ("ledger verify --statements --json", {"statements", "statements_removed", "findings", "clean"}),
    ("xapi key add --name N --scope all --json", {"key", "secret"}),
    ("xapi key list --json", set()),
    ("xapi partitions --json", set()),
    ("xapi parked --json", set()),
    ("xapi export --out a.jsonl --json", {"file", "bytes", "until"}),
    (f"course import {SAMPLES[0]} --json", {"path", "code", "version", "new", "package_sha256", "activities", "warnings", "problems"}),
    ("course list --json", set()),
    (f"programme import {DOCUMENT} --json", {"code", "year", "version", "sha256", "new"}),
    ("programme list --json", set()),
    ("lifetime check rule.toml --json", {"code", "sha256"}),
    ("lifetime import rule.toml --json", {"code", "version", "sha256", "new"}),
    ("lifetime list --json", set()),
    (
        "class open k2 --name 二班 --programme online-teaching --provider p1 --starts-on 2026-03-01 --ends-on 2026-06-30 --course c1 --json",
        {"id", "code", "programme", "year", "version"},
    ),
    (f"class study k2 {SAMPLE} --json", {"class", "course", "version"}),
    ("class list --json", set()),
    ("class enrol k2 roster.csv --partly --dry-run --json", {"new", "known", "again", "there", "problems", "dry_run"}),
    ("class enrol k2 roster.csv --partly --json", {"new", "known", "again", "there", "problems", "dry_run"}),
    ("class passwords k2 --out p.csv --json", {"class", "file", "passwords"}),
    ("class withdraw k2 LIN --json", {"class", "withdrawn", "before"}),
    ("class states k2 --decide --json", {"class", "states", "proposed", "decided"}),
    ("class close k2 --json", {"class", "new"}),
    ("class reopen k2 --json", {"class", "new"}),
    (
        "transcript export --person teacher --format json --out t.json --json",
        {"enrolment", "file", "bytes", "bundle_sha256", "ledger_head"},
    ),
    ("hours recompute t.json", {"credited_seconds"}),
]


def test_what_a_program_reads_is_one_json_document_on_the_standard_output(world: World, run: Run) -> None:
    world.study("reading", 600)
    world.credit()
    for words, names in GOOD:
        answer = run(*shlex.split(words))
        found = json_of(answer)
        assert names <= set(found) if isinstance(found, dict) else not names, words


def test_somebody_added_and_given_a_password_on_the_command_line_can_sign_in(world: World, run: Run) -> None:
    assert run("user", "add", "newcomer", "--name", "林静宜", "--password", "correct-horse").exit_code == 0
    for words, password in (((), "correct-horse"), (("user", "password", "NEWCOMER", "--password", "battery-staple"), "battery-staple")):
        if words:
            assert run(*words).exit_code == 0
        client = world.app.test_client()
        answer = client.post("/login", data={"identity": "newcomer", "password": password}, headers={"X-CSRFToken": form_token(client)})
        assert answer.status_code == 302


def test_a_password_is_asked_for_twice_and_not_shown(world: World, run: Run) -> None:
    asked = run("user", "password", "teacher", input="correct-horse\ncorrect-horse\n")
    assert asked.exit_code == 0
    assert "correct-horse" not in asked.output
    assert run("user", "password", "teacher", input="correct-horse\nother\n").exit_code != 0


def test_an_operator_builds_the_tree_of_organisations_and_puts_an_office_at_its_top(run: Run) -> None:
    for words in (
        "o1 --name 省办公室 --kind office",
        "o2 --name 市办公室 --kind office --above o1",
        "s1 --name 镇小学 --kind school --above o2",
    ):
        assert run("organisation", "add", *shlex.split(words)).exit_code == 0
    lines = json_of(run("organisation", "list", "--json"))
    assert [(one["code"], one["above"]) for one in lines if one["code"] != "p1"] == [("o1", None), ("o2", "o1"), ("s1", "o2")]
    assert "  o2 (office): 市办公室\n    s1 (school): 镇小学\n" in run("organisation", "list").stdout
    assert (
        run("user", "add", "li", "--name", "李静", "--role", "office", "--organisation", "o1", "--password", "correct-horse").exit_code == 0
    )
