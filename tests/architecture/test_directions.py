"""Do all imports go downwards, and are the pure parts pure?"""

import ast
import subprocess
import sys
from pathlib import Path

import grimp

from tests.architecture.tree import PACKAGES, ROOT, imported, parse, shown, sources, statements

SHELL = {"flask", "flask_babel", "flask_login", "flask_security", "flask_wtf", "wtforms", "werkzeug", "jinja2"}
SHELL |= {"sqlalchemy", "psycopg", "celery", "redis", "click"}
PURE = (
    "courses",
    "xapi/rules",
    "xapi/errors.py",
    "xapi/statements.py",
    "lms/hours",
    "lms/errors.py",
    "lms/row_ids.py",
    "lms/row_problem.py",
    "lms/vocabulary.py",
    "lms/zip_files.py",
    *(f"lms/accounts/{name}.py" for name in ("identity", "masking", "names")),
    *(f"lms/attendance/{name}.py" for name in ("codes", "meeting_report")),
    "lms/audit/checker",
    "lms/bulk/file_names.py",
    *(f"lms/certification/{name}.py" for name in ("digests", "numbers")),
    *(f"lms/classes/{name}.py" for name in ("planning", "timetable_file")),
    *(f"lms/crediting/{name}.py" for name in ("activity_rules", "chain", "earlier_rates", "observe", "observe_attestations", "rates")),
    *(f"lms/egress/{name}.py" for name in ("networks", "sentences")),
    "lms/federation/forwarding/verdicts.py",
    *(f"lms/learning/{name}.py" for name in ("attended", "file_kinds", "frame_page", "stretch", "tickets")),
    *(f"lms/learning/runtimes/cmi5/{name}.py" for name in ("rules", "vocabulary")),
    "lms/lifetime/time_limits.py",
    *(f"lms/programmes/{name}.py" for name in ("differences", "documents", "parts", "progress", "summary", "values")),
    *(f"lms/records/{name}.py" for name in ("columns", "formats", "pretty")),
    *(f"lms/rosters/{name}.py" for name in ("heads", "package", "scan", "workbook")),
    *(f"lms/signing/{name}.py" for name in ("jws_check", "pdf_check")),
    "lms/transcripts/stretches.py",
    "lms/web/amounts.py",
    *(f"lms/workshop/{name}.py" for name in ("comparing", "documents", "edits", "own_types", "reports")),
)
# Inside a slice of the LMS these talk to Flask and Celery; every other module is named for what it does and imports neither.
EDGES = {"models", "views", "forms", "tasks", "commands"}
EDGE_SUFFIXES = ("_commands", "_form")
AT_THE_EDGE_ALL_THE_SAME = {
    "lms/accounts/access.py": "decides who may call a route: it is about routes",
    "lms/lifetime/elsewhere_views.py": "pages",
    "lms/tutoring/question_views.py": "pages",
    "lms/personal_copy/making.py": "reads the app's settings",
    "lms/accounts/initial.py": "asks whether a request may go on before the password is changed",
    "lms/accounts/signin.py": "sets Flask-Security up",
    "lms/accounts/cookies.py": "writes and reads the cookie",
    "lms/accounts/easy_passwords.py": "reads the app's settings",
    "lms/accounts/guessing.py": "reads who guesses from a request",
    "lms/accounts/login_sessions.py": "ends sign-ins: it is about requests",
    "lms/accounts/origins.py": "reads where a request comes from",
    "lms/home/accesses.py": "a page, beside the others of this room",
    "lms/bulk/pdf_pieces.py": "a job reads the app's settings and the address of a route",
    "lms/catalogue/publish_job.py": "a job reads the app's settings",
    "lms/catalogue/label_words.py": "asks the app for the names of programmes",
    "lms/classes/membership.py": "reads the app's settings",
    "lms/crediting/input_changes.py": "is set up with the app",
    "lms/classes/usage.py": "gives templates a function",
    "lms/federation/changing.py": "reads which page asked, for the log",
    "lms/federation/forwarding/loop.py": "keeps a forward from coming back to this site's own address: set up with the app",
    "lms/federation/importing/import_run.py": "rings the app's doorbell",
    "lms/workshop/intake_job.py": "a job reads the app's settings",
    "lms/workshop/publish_job.py": "a job reads the app's settings and the address of a route",
    "lms/jobs/long_runs.py": "gives the app to a thread",
    "lms/jobs/kinds.py": "the app holds the kinds of jobs",
    "lms/learning/content.py": "sends files",
    "lms/learning/link_views.py": "writes the page of a link for `views`",
    "lms/learning/credential.py": "answers the record store inside a request",
    "lms/learning/ended_access.py": "is set up with the app",
    "lms/learning/fast_path.py": "stands before Flask",
    "lms/learning/commit_views.py": "the address to which packages report",
    "lms/learning/frame_address.py": "reads the app's settings and this browser's login",
    "lms/learning/live_views.py": "the routes of the page beside a live session",
    "lms/learning/opened.py": "answers a page that opens a launch",
    "lms/learning/runtimes/cmi5/access.py": "answers the record store inside a request of a cmi5 unit",
    "lms/learning/runtimes/cmi5/unit_page.py": "makes addresses for the player page, in this browser's login",
    "lms/learning/runtimes/cmi5/sweeping.py": "is the task that abandons sessions",
    "lms/office/password_sheet.py": "makes the page that is shown once",
    "lms/office/places.py": "reads which class an address names",
    "lms/office/reread_job.py": "a job reads the app's settings, and a result wakes the worker",
    "lms/office/roster_job.py": "a job reads the app's settings",
    "lms/records/export.py": "a job reads the app's settings",
    "lms/records/partitions.py": "a task and a command of a few lines",
    "lms/records/sections.py": "is the blueprint",
    "lms/classes/course_changes.py": "names the app when it says that a course ended",
    "lms/classes/trail.py": "makes the addresses of the pages above a class",
    "lms/home/calendar.py": "is one page",
    "lms/home/check_in.py": "is the pages of checking in",
    "lms/office/carried_file.py": "reads a file out of a request",
    "lms/office/list_pages.py": "reads a list out of a request",
    "lms/signing/site_key.py": "reads the app's settings, and keeps the loaded key with the app",
    "lms/transcripts/identity.py": "reads the app's settings",
    "lms/workshop/library_views.py": "is one page",
}
ASK_THE_CLOCK = {"now", "utcnow", "today", "time", "monotonic"}
CLOCKS = {"datetime", "date", "time"}


def test_imports_keep_the_directions_that_pyproject_draws() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stdout


def test_pure_parts_know_no_web_no_database_no_queue_and_no_language() -> None:
    """Hold their imports pure, too: `lms.i18n` brings Flask, and a sentence in the reader's language is made at the edge."""
    graph = grimp.build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)
    modules = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in sources(*PURE)]
    found = {module: sorted(one for one in graph.find_upstream_modules(module) if one.split(".")[0] in SHELL) for module in modules}
    assert {module: shell for module, shell in found.items() if shell} == {}


def test_pure_parts_are_given_the_time() -> None:
    asked = [
        shown(path, node.lineno)
        for path in sources(*PURE)
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASK_THE_CLOCK
        if isinstance(node.func.value, ast.Name) and node.func.value.id in CLOCKS
    ]
    assert not asked


def test_only_the_edges_of_a_slice_talk_to_flask_and_celery() -> None:
    slices = [path for path in sources("lms") if len(path.relative_to(ROOT).parts) > 2 and path.relative_to(ROOT).parts[1] != "web"]
    inner = [path for path in slices if not EDGES & {path.stem, *path.relative_to(ROOT).parts} and not path.stem.endswith(EDGE_SUFFIXES)]
    shell = {"flask", "flask_wtf", "wtforms", "celery"}
    app = {"lms.site_settings"}  # it asks Flask for the current app
    found = {shown(path) for path in inner for _line, name in imported(parse(path)) if name.split(".")[0] in shell or name in app}
    assert found == AT_THE_EDGE_ALL_THE_SAME.keys()


WORD_SUFFIXES = ("words", "_job", "job", "pdf", "sheet", "views", "_forms")  # they write for people, or run for one in their language
MOST_WITH_WORDS = 72  # rooms that refuse somebody in a sentence; better is a code as value, with its sentence at the edge. Lower it.


def test_fewer_and_fewer_inner_modules_make_words() -> None:
    inner = [path for path in sources("lms") if len(path.relative_to(ROOT).parts) > 2 and "web" not in path.parts]
    inner = [path for path in inner if not EDGES & {path.stem, *path.parts} and not path.stem.endswith((*EDGE_SUFFIXES, *WORD_SUFFIXES))]
    found = [shown(path) for path in inner if "flask_babel" in {name for _line, name in imported(parse(path))}]
    assert len(found) <= MOST_WITH_WORDS, found


def test_the_hours_core_needs_the_standard_library_only() -> None:
    ours = ("lms.hours", "courses.strict_json")  # the one exception: it reads the files, and needs no more itself (docs/developer.md)
    found = [(shown(path, line), name) for path in sources("lms/hours", "courses/strict_json") for line, name in imported(parse(path))]
    assert [entry for entry in found if not entry[1].startswith(ours) and entry[1].split(".")[0] not in sys.stdlib_module_names] == []


def test_courses_need_no_web_and_no_database() -> None:
    found = [
        (shown(path, line), name) for path in sources("courses") for line, name in imported(parse(path)) if name.split(".")[0] in SHELL
    ]
    assert not found


def test_nothing_is_imported_inside_a_function() -> None:
    found = [
        shown(path, inner.lineno)
        for path in sources(*PACKAGES)
        for node in statements(parse(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in statements(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert not found


def test_the_command_line_loads_no_more_than_what_is_asked_for() -> None:
    """Loading all of it takes longer than most commands, and `lms serve` would do it twice."""
    heavy = {"lms.app", "lms.celery_app", "alembic", "celery", "granian", "typst", "xlsxwriter", "arro3"}
    asked = "import sys; from lms.cli import main_group; main_group.get_command(None, 'serve'); print(*sys.modules)"
    loaded = set(subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split())
    assert loaded & heavy == {"granian"}
