"""Is a day written with its day of the week in the order of each language?"""

from datetime import date
from pathlib import Path

import pytest
from flask_babel import force_locale

from lms.app import create_app
from lms.i18n import write_weekday
from tests.factories import settings_for


@pytest.mark.parametrize(("language", "written"), [("zh_Hans_CN", "2026年3月2日 星期一"), ("en", "Monday, March 2, 2026")])
def test_the_day_of_the_week_stands_where_the_language_puts_it(tmp_path: Path, language: str, written: str) -> None:
    app = create_app(settings_for(f"sqlite:///{tmp_path / 'none.sqlite3'}", tmp_path))
    with app.test_request_context(), force_locale(language):
        assert write_weekday(date(2026, 3, 2)) == written
