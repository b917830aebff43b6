"""Has every shared need one mechanism, and does everything use it?"""

import ast
import re

from tests.architecture.tree import nodes, parse, shown, sources, statements, text_of

AS_IN_A_BROWSER = re.compile(r"\b(?:page|context|browser):")
COMMON_OPTION = re.compile(r"'--json' .*as JSON\.|'--dry-run' 'Only say|'--yes' 'Do not ask")


def test_an_office_sees_what_lies_below_it_by_one_function() -> None:
    """Writing `path.startswith(…)` by hand once forgot `autoescape`, and the next time it forgets the office."""
    found = [
        shown(path, node.lineno)
        for path, node in nodes("lms", having=r"path\.startswith")
        if not shown(path).endswith("accounts/offices.py")
        if isinstance(node, ast.Attribute) and node.attr == "startswith"
        if isinstance(node.value, ast.Attribute) and node.value.attr == "path" and ast.unparse(node.value.value) != "request"
    ]
    assert found == [], "use lms.accounts.offices.below or is_below"


def test_the_settings_of_the_running_site_are_returned_by_one_function() -> None:
    found = [
        shown(path)
        for path in sources("lms")
        for node in ast.walk(parse(path))
        if isinstance(node, ast.FunctionDef) and not node.args.args and node.returns is not None and ast.unparse(node.returns) == "Settings"
        if "current_app" in ast.unparse(node)
    ]
    assert found == ["lms/site_settings.py"], "use lms.site_settings"


def test_the_settings_of_an_app_are_read_in_one_module() -> None:
    found = [
        shown(path)
        for path, node in nodes("lms", "xapi", "courses", having=r"\bextensions\b")
        if isinstance(node, (ast.Subscript, ast.Call)) and not isinstance(getattr(node, "ctx", None), ast.Store)
        if ast.unparse(node).endswith(("extensions['settings']", "extensions.get('settings')"))
    ]
    assert found == ["lms/site_settings.py"], "use lms.site_settings"


FREEZING = ("evidence_erased_at", "Enrolment.certified_at", "enrolment.certified_at")


def test_one_function_says_whether_an_account_is_frozen() -> None:
    found = [
        shown(path, node.lineno)
        for path, node in nodes("lms", having=r"evidence_erased_at|certified_at")
        if not shown(path).endswith("classes/freezing.py")
        if (isinstance(node, ast.Attribute) and node.attr in {"is_", "is_not"} and ast.unparse(node.value).endswith(FREEZING))
        or (isinstance(node, ast.Compare) and ast.unparse(node.left).endswith(FREEZING))
    ]
    assert found == [], "use lms.classes.freezing"


def test_one_lease_is_claimed_wherever_workers_share_work() -> None:
    found = [
        shown(path, node.lineno)
        for path, node in nodes("lms", having=r"\.turn\b")
        if not shown(path).endswith("lms/lease.py")
        if isinstance(node, ast.Assign) and any(ast.unparse(one).endswith(".turn") for one in node.targets)
    ]
    assert found == [], "use lms.lease"


def test_there_is_one_way_into_a_class_and_it_is_recorded() -> None:
    found = [
        shown(path, node.lineno)
        for path, node in nodes("lms", having=r"\bEnrolment\b")
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Enrolment"
    ]
    assert [one.partition(":")[0] for one in found] == ["lms/classes/setup.py"], "use lms.classes.setup.add_enrolments"


def test_json_is_written_canonically_by_one_function() -> None:
    found = [
        shown(path, node.lineno)
        for path, node in nodes("lms", "courses", having=r"json\.dumps")
        if not shown(path).endswith("strict_json/canonical.py")
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "json.dumps"
        and {"sort_keys", "separators"} <= {one.arg for one in node.keywords}
    ]
    assert found == [], "use courses.strict_json.canonical"


ONE_PLACE = {  # a piece of source text → the one module that may have it, and what everybody else uses
    r"\bformat_(?:date|time|currency|decimal)\(": ("lms/i18n.py", "the write_… functions of lms.i18n"),
    r"\bZipInfo\(": ("lms/zip_files.py", "lms.zip_files"),
    r"\bResponse\(msgspec\.json\.encode\(": ("lms/web/json_bodies.py", "lms.web.json_bodies.json_reply"),
    r"\brequest\.get_data\(.*type=": ("lms/web/json_bodies.py", "lms.web.json_bodies.body_of"),
    r"\"\*+\" \*|\* \"\*+\"": ("lms/accounts/masking.py", "lms.accounts.masking"),
    r"\bastimezone\(UTC\)\.isoformat\(timespec=\"microseconds\"\)": ("lms/crediting/chain.py", "lms.crediting.chain.utc_text"),
}
READ_AS_TYPED = re.compile(r"fromisoformat\(|\.isdigit\(")  # `int` also reads "1_0" and "１０", `fromisoformat` also weeks
READ_MORE = {
    "lms/catalogue/views/resumable.py": "sizes of files are longer than ids",
    "lms/records/views/statements.py": "a place in the statements has microseconds",
    "lms/home/check_in.py": "reads what this site wrote into its own cookie",
}


def test_what_has_one_mechanism_is_written_in_one_module() -> None:
    texts = {shown(path): text_of(path) for path in sources("lms")}
    for pattern, (place, other) in ONE_PLACE.items():
        assert [name for name, text in texts.items() if re.search(pattern, text)] == [place], f"use {other}"


def test_numbers_and_days_that_somebody_typed_are_read_by_one_function_each() -> None:
    found = {
        shown(path)
        for path in sources("lms")
        if "views" in path.parts or path.stem.endswith(("views", "_form", "_forms")) or shown(path) in READ_MORE
        if READ_AS_TYPED.search(text_of(path))
    }
    assert found == READ_MORE.keys(), "use lms.row_ids.row_id, lms.web.amounts.read_day"


def test_common_options_of_commands_are_written_once() -> None:
    found = [
        shown(path, node.lineno)
        for path, node in nodes("lms", having=r"click\.option")
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "click.option"
        for said in [" ".join(ast.unparse(one) for one in (*node.args[:1], *(word.value for word in node.keywords if word.arg == "help")))]
        if COMMON_OPTION.search(said) and shown(path) != "lms/command_options.py"
    ]
    assert found == [], "use lms.command_options"


def test_no_field_is_parsed_back_from_the_words_of_a_problem() -> None:
    found = [
        shown(path, node.lineno)
        for path, node in nodes("lms", having=r"partition|split|removeprefix")
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"partition", "rpartition", "split", "removeprefix"}
        and [ast.unparse(one) for one in node.args[:1]] == ["': '"]
    ]
    assert found == [], "use lms.errors.FieldProblem"


def test_what_a_command_wrote_is_read_by_one_function() -> None:
    """Otherwise a command that failed is reported as JSON that cannot be read."""
    found = [
        shown(path, node.lineno)
        for path, node in nodes("tests", having=r"json\.loads\(")
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "json.loads"
        and ast.unparse(node.args[0]).endswith((".stdout", ".output"))
    ]
    assert [one.partition(":")[0] for one in found] == ["tests/commands.py"], "use tests.commands.json_of"


def test_only_tests_that_drive_a_browser_have_its_fixtures_names() -> None:
    """pytest-playwright takes any test with such a fixture for its own, and `make test-fast` leaves it out."""
    found = [
        shown(path, node.lineno)
        for path in sources("tests")
        if "playwright" not in (text := text_of(path)) and AS_IN_A_BROWSER.search(text)
        for node in statements(parse(path))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        if any(AS_IN_A_BROWSER.fullmatch(f"{one.arg}:") for one in node.args.args)
    ]
    assert found == [], "give the fixture another name"
