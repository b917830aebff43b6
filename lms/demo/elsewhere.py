"""Training that the demo's teacher took elsewhere: one approved, one that waits, one returned."""

from datetime import date, datetime
from decimal import Decimal

import typst
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import Person
from lms.crediting.attesting import Attestor
from lms.lifetime import elsewhere
from lms.lifetime.elsewhere import AskedElsewhere
from lms.lifetime.models import APPROVED, RETURNED
from lms.lifetime.rules import newest_versions, rule_of
from lms.practice.files import HandedIn
from lms.storage import Storage

ENTERED = (  # training, provider, months before now, kind, unit, amount, decision
    ("校本研修：课堂观察", "柳河镇中心学校（演示）", 4, "school-based", "hours", "36", APPROVED),
    ("县级教研活动", "清溪县教育局（演示）", 14, "school-based", "days", "2", ""),
    ("暑期专题培训", "外省某师范大学（演示）", 17, "face-to-face", "days", "5", RETURNED),
)
REASON = "证明上没有公章，请补盖后重新登记"
MONTH_DAYS = 30


def enter(session: Session, storage: Storage, public_url: str, now: datetime) -> int:
    """Let the county enter the training, and the office decide; return how many entries are new."""
    teacher, county, office = (
        session.scalars(select(Person).where(Person.username == name)).one() for name in ("teacher", "county", "office")
    )
    if elsewhere.of_person(session, teacher.id):
        return 0
    rules = [rule_of(one) for one in newest_versions(session)]
    for title, provider, months, kind, unit, amount, what in ENTERED:
        last = date.fromordinal(now.date().toordinal() - months * MONTH_DAYS)
        first = date.fromordinal(last.toordinal() - MONTH_DAYS)
        asked = AskedElsewhere(kind, title, provider, first, last, unit, Decimal(amount), _document(title, provider, last))
        entry = elsewhere.enter(session, storage, teacher, asked, By(county.id, now), rules)
        if what:
            elsewhere.decide(storage, entry, what, "" if what == APPROVED else REASON, Attestor(session, public_url, office.id, now))
    return len(ENTERED)


def _document(title: str, provider: str, last: date) -> HandedIn:
    source = f'#set document(title: "demo")\n#set page(width: 148mm, height: 105mm)\n= Training certificate (demo)\n{last.isoformat()}'
    return HandedIn(f"{title}-{provider}.pdf", "application/pdf", typst.compile(source.encode()))
