"""Every page of the application, one line each. A page without a line here fails a test."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NOBODY, NEW_TEACHER, NEW_OFFICE, OTHER_OFFICE, NEW_STAFF = "nobody", "new-teacher", "new-office", "other-office", "new-staff"


OTHER_HEADS = "编码,称呼,备注,联系方式\r\n1,李梅,乡村首席教师,13800000000\r\n2,周强,,13800000001\r\n"
WITH_PROBLEMS = (
    "姓名,用户名,学校,类别\r\n李梅,limei,柳河镇中心学校,乡村首席教师\r\n周强,41010119900101123X,柳河镇中心学校,\r\n,zhao,,别的\r\n"
)
ENDED = {"class_id": "ended_class", "certificate_id": "certificate"}  # keys of `Everything.values`


@dataclass(frozen=True)
class Look:
    """A page as one person sees it. `wanted`: address values other than the teacher's own; `path`: an address without a route.

    `filled`: fields of a form, by selector (for a file: the text of a CSV file); it is then sent, and the next page is looked at.
    """

    visitor: str
    endpoint: str
    wanted: Mapping[str, Any] | None = None
    query: str = ""
    path: str = ""
    status: int = 200
    filled: Mapping[str, str] | None = None

    def __str__(self) -> str:
        values = (*(self.wanted or {}).values(), *(self.filled or {}))
        return " ".join(filter(None, (self.visitor, self.endpoint, *map(str, values), self.query, self.path)))


LOOKS = (
    Look(NOBODY, "security.login"),
    Look(NOBODY, "certification.ask"),
    Look(NOBODY, "certification.ask", query="?number=2026-1", status=422),
    Look(NOBODY, "certification.verify"),
    Look(NOBODY, "error", path="/nothing-here", status=404),
    Look("teacher", "home.home"),
    Look(NEW_TEACHER, "home.home"),
    Look("teacher", "home.course"),
    Look("teacher", "learning.play", {"code": "online-lesson-design", "activity": "from-their-screen"}),  # reading
    Look("teacher", "learning.play", {"code": "online-lesson-design", "activity": "board-and-screen"}),  # film
    Look("teacher", "learning.play", {"code": "safety-and-mental-health", "activity": "listening-first"}),  # film with questions
    Look("teacher", "learning.play", {"code": "online-lesson-design", "activity": "design-quiz"}),
    Look("teacher", "transcripts.show"),
    Look("office", "transcripts.show"),
    *(Look(NEW_TEACHER, one) for one in ("transcripts.mine", "calendar.show", "practice.mine", "lifetime.mine")),
    *(Look("teacher", "lifetime.mine"), Look("county", "lifetime.of_person"), Look(NEW_OFFICE, "lifetime.waiting")),
    *(Look("county", f"lifetime.{page}") for page in ("waiting", "of_elsewhere")),
    *(Look("teacher", one) for one in ("accounts.password", "accounts.signed_in", "personal_copy.mine")),
    Look("teacher", "error", path="/nothing-here", status=404),
    Look("teacher", "catalogue.upload", status=403),
    *(Look("trainer", "catalogue.courses", query=query) for query in ("", "?q=zzz")),
    *(Look("trainer", page) for page in ("catalogue.course", "library.card", "catalogue.upload")),
    *(Look("office", page, query="?class=1") for page in ("catalogue.courses", "catalogue.course")),
    *(Look(who, "office.programme_board") for who in ("office", NEW_OFFICE, OTHER_OFFICE)),
    Look("office", "office.programme_classes"),
    Look("office", "office.programme_classes", query="?show=coming&q=zzz"),
    Look("office", "office.documents"),
    Look("office", "office.document", {"code": "rural-lead", "year": 2020}),
    Look("office", "office.classes"),
    *(Look(who, page) for who, page in (("office", "bulk.ask"), ("office", "records.accesses"), ("teacher", "accesses.mine"))),
    Look(NEW_OFFICE, "office.classes"),
    Look(OTHER_OFFICE, "office.classes"),
    Look("office", "office.class_"),
    Look("office", "office.class_", query="?q=zzz"),
    Look("office", "office.choose_programme"),
    Look(OTHER_OFFICE, "office.choose_programme"),
    Look("office", "office.open_class", {"code": "online-teaching", "year": 2020}),
    Look("office", "office.settings"),
    Look("office", "office.staff"),
    Look("office", "office.show_timetable"),
    Look("office", "office.new_session"),
    Look("office", "office.change_session"),
    Look("office", "office.attendance"),
    Look("office", "office.code"),
    Look("office", "office.meeting"),
    Look("teacher", "here.scanned"),
    Look("teacher", "here.state"),
    Look("teacher", "calendar.show"),
    Look("teacher", "live.page"),
    Look(NOBODY, "here.kept"),
    *(Look("office", f"office.{page}") for page in ("tasks", "new_task", "review")),
    Look("teacher", "practice.mine"),
    Look("teacher", "practice.task"),
    Look("teacher", "practice.new_log"),
    Look("teacher", "practice.log"),
    Look("staff", "office.today"),
    Look(NEW_STAFF, "office.today"),
    Look("staff", "office.show_timetable"),
    Look("staff", "office.class_"),
    Look("office", "office.courses"),
    Look("staff", "tutoring.of_class"),
    *(Look("staff", f"tutoring.of_{what}", {"code": "online-lesson-design", "activity": "design-quiz"}) for what in ("course", "activity")),
    Look("trainer", "workshop.preview", {"code": "online-lesson-design", "number": 1, "activity": "from-their-screen"}),
    Look("trainer", "authoring.types"),
    *(Look("trainer", "authoring.form", {"kind": kind}) for kind in ("quiz", "reading", "video", "reflection")),
    *(Look("trainer", f"workshop.{page}", {"kind": "quiz"}) for page in ("draft_list", "editor", "review", "compare", "new_form")),
    *(Look("trainer", f"workshop.{page}", {"code": "bank"}) for page in ("bank_list", "new_in_bank", "in_bank")),
    Look("trainer", "tutoring.everywhere_of_question", {"code": "bank"}),
    Look("trainer", "tutoring.everywhere", {"code": "online-lesson-design", "activity": "design-quiz"}),
    Look("office", "office.course_change", {"code": "online-lesson-design"}, query="?to=off"),
    Look("office", "office.adding"),
    Look("office", "office.adding", filled={"#list-file": OTHER_HEADS}),  # the page on which columns are assigned
    Look("office", "office.adding", filled={"#list-file[name]": WITH_PROBLEMS}),
    Look("office", "office.passwords"),
    Look("office", "office.teacher"),
    Look("office", "office.transfer_form"),
    Look("office", "office.class_waivers"),
    *(Look("office", page) for page in ("reviews.queue", "reviews.one", "appeals.queue", "appeals.one")),
    *(Look(who, "reviews.queue", query="?show=decided&age=14") for who in ("office", NEW_OFFICE)),
    *(Look("staff", page) for page in ("reviews.one", "appeals.one")),
    Look("teacher", "appeals.about"),
    *(Look("office", f"certification.{page}", ENDED) for page in ("of_class", "one")),
    Look("office", "office.moving"),
    Look("staff", "office.moving"),
    Look("staff", "office.class_waivers"),
    Look("county", "office.classes"),  # an office without classes of its own
    Look("county", "people.mine"),
    Look("county", "people.mine", query="?q=zzz"),
    *(Look(one, "people.mine") for one in (NEW_OFFICE, OTHER_OFFICE)),
    Look("county", "people.one"),
    Look("county", "transcripts.show"),
    *(Look("office", page) for page in ("organisations.all_", "organisations.one", "certification.letterhead")),
    Look("county", "organisations.all_", query="?q=zzz"),
    Look("office", "organisations.one", filled={"[name=name]": "柳河镇中心学校（新校区）"}),  # the preview of a new name
    Look(NEW_OFFICE, "accounts.password"),
    Look("office", "jobs.mine"),
    Look(NEW_OFFICE, "jobs.mine"),
    Look("office", "records.statements"),
    Look(OTHER_OFFICE, "records.statements"),
    Look("office", "records.statements", query="?person=nobody&verb=x", status=422),
    Look("office", "records.statements", query="?person=e"),  # several people match: the user chooses one
    Look("office", "records.statement"),
    *(Look("office", f"records.{page}") for page in ("needs_attention", "export", "keys", "new_key", "retention")),
    *(Look("office", f"records.{page}") for page in ("forwarding", "new_forward", "forward", "importing", "new_import", "import_")),
    *(Look("office", f"records.{page}") for page in ("erasure", "ledger_checks")),
    Look("office", "records.erasure", query="?who=teacher"),
)

# GET routes that are not pages of their own, and the reason
NO_PAGES = {
    **dict.fromkeys(("transcripts.download", "certification.download", "records.statement_json", "office.template"), "a file"),
    **dict.fromkeys(
        ("office.work_file", "practice.file", "jobs.download", "catalogue.source", "tutoring.download", "authoring.picture"), "a file"
    ),
    **dict.fromkeys(("lifetime.download", "lifetime.document", "authoring.film"), "a file"),
    "cmi5.returned": "says in the unit's own window that it was closed",
    "web.first_page": "leads on",
    **dict.fromkeys(("home.figures", "home.activity_progress"), "a part of the teacher's home and of the player's page"),
    **dict.fromkeys(("transcripts.why", "learning.captions"), "a part of the transcript or of a film's page, opened there by a test"),
    "jobs.one": "a part of the list of exports",
    "catalogue.uploaded": "a part of the upload page",
    **dict.fromkeys(("workshop.outline", "workshop.activity_form", "workshop.taken_file"), "a part of the editor"),
    **dict.fromkeys(("workshop.preview_draft", "workshop.filled_form", "workshop.find_in_bank"), "looks like another; for a script"),
    "office.code_picture": "a part of the room's screen",
    "here.worker": "a script",
    "commits.load": "for the content inside the player's page",
    "workshop.records_of_preview": "for the unit inside the preview",
    "content.frame": "the content inside the player's page, looked at there",
    **dict.fromkeys(
        ("content.player_file", "certification.logo", "certification.signing_certificates", "tutoring.download_everywhere"), "files"
    ),
    **dict.fromkeys(("static", "content.file", "content.ahead", "tutoring.download_everywhere_of_question"), "files"),
    **dict.fromkeys(("certification.own_letterhead", "health.alive", "health.ready"), "leads on; for machines"),
}
