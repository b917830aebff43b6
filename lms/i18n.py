"""In which language is this page, and how are people, times and numbers written in it?"""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

from flask import Flask, has_request_context, request, session
from flask_babel import Babel, format_date, get_locale, get_translations
from flask_login import current_user
from markupsafe import Markup

DEFAULT = "zh_Hans_CN"
LOCALES = {"zh_Hans_CN": "简体中文", "en": "English"}
BROWSERS = {"zh": "zh_Hans_CN", "en": "en"}  # what browsers call them
SITE_ZONE = "Asia/Shanghai"
MESSAGES_KEPT = 8192
LONGEST_LANGUAGES = 1000  # characters of a browser's Accept-Language that are read


def choose_locale() -> str:
    """Return the visitor's choice: this session's, else the person's own, else the language of their browser, else Chinese."""
    if not has_request_context():
        return DEFAULT
    chosen = session.get("locale") or getattr(current_user, "locale", None)
    if chosen is None and len(request.headers.get("Accept-Language", "")) <= LONGEST_LANGUAGES:
        chosen = BROWSERS.get(request.accept_languages.best_match(BROWSERS) or "")
    return str(chosen) if chosen in LOCALES else DEFAULT


def _language() -> str | None:
    locale = get_locale()
    return None if locale is None else locale.language


def is_chinese() -> bool:
    """Say whether the current page is in Chinese."""
    return _language() in {None, "zh"}


def pick(zh: str, en: str) -> str:
    """Return the text in the page's language; where English is missing the Chinese stands."""
    return zh if is_chinese() or not en else en


def local_time(instant: datetime, zone: str = SITE_ZONE) -> datetime:
    """Return the instant in `zone`."""
    return instant.astimezone(ZoneInfo(zone))


def write_time(instant: datetime, *, seconds: bool = False, zone: str = SITE_ZONE) -> str:
    """Write an instant to the minute, with a date as people write it in the page's language, in the site's time zone or `zone`.

    `seconds`: to the second, where an instant is evidence. The clock has 24 hours in both languages.
    """
    local = local_time(instant, zone)
    return f"{format_date(local, 'medium', rebase=False)} {local:{'%H:%M:%S' if seconds else '%H:%M'}}"


def write_day(day: date) -> str:
    """Write a day as people write it in the page's language."""
    return str(format_date(day, "medium", rebase=False))


def write_weekday(day: date) -> str:
    """Write a day with its day of the week: 2026年3月2日 星期一, Monday, 2 March 2026."""
    return f"{format_date(day, 'long', rebase=False)} {format_date(day, 'EEEE', rebase=False)}"


def write_clock_at(instant: datetime, zone: str = SITE_ZONE) -> str:
    """Write the time of day of an instant in `zone`: 08:30."""
    return f"{local_time(instant, zone):%H:%M}"


def write_share(share: Fraction | Decimal) -> str:
    """Write a share in whole per cent, rounded down: a share just below a limit is never shown as the limit."""
    return f"{int(share * 100)}%"


def write_number(number: float | Decimal) -> str:
    """Write a number without trailing zeros: 2, 2.5."""
    return f"{Decimal(str(number)).normalize():f}"


def write_hours(hours: Decimal) -> str:
    """Write hours with the digits they were rounded to ('12.4', never '12.40' or '1.24E+1')."""
    return f"{hours:f}"


def write_clock(seconds: int) -> str:
    """Write a length of time as a clock does: 18:20, 1:02:03."""
    hours, rest = divmod(max(0, seconds), 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def write_length(seconds: int) -> str:
    """Write a length of time in words: 18 分 20 秒, 52 min. In minutes even beyond sixty: an hour means something else here."""
    minutes, rest = divmod(max(0, seconds), 60)
    if not rest:
        return pick(f"{minutes} 分钟", f"{minutes} min")
    return pick(f"{minutes} 分 {rest} 秒", f"{minutes} min {rest} s")


def _word(message: str, /, **told: object) -> Markup:
    """Translate for a template, as its `_`: what is told is escaped, and %% is a per cent sign even where nothing is told.

    Jinja's own looks the translations up in the request for each of a page's fifty messages: a tenth of what the page costs.
    """
    language = _language()
    return _message(language, message) % told if told else _plain(language, message)


@lru_cache(maxsize=MESSAGES_KEPT)
def _message(_language: str | None, message: str) -> Markup:
    return Markup(get_translations().ugettext(message))  # noqa: S704 – written by us, like the template itself


@lru_cache(maxsize=MESSAGES_KEPT)
def _plain(language: str | None, message: str) -> Markup:
    return _message(language, message) % {}


def init_app(app: Flask) -> None:
    """Set up translations and the filters every template may use."""
    app.config.update(BABEL_DEFAULT_LOCALE=DEFAULT, BABEL_DEFAULT_TIMEZONE=SITE_ZONE, BABEL_TRANSLATION_DIRECTORIES="translations")
    Babel(app, locale_selector=choose_locale)
    app.jinja_env.filters.update(time=write_time, hours=write_hours, clock=write_clock, duration=write_length)
    app.jinja_env.filters.update(
        day=write_day, weekday=write_weekday, clock_at=write_clock_at, percent=write_share, plain_number=write_number
    )
    app.jinja_env.globals.update(_=_word, gettext=_word)
    app.jinja_env.globals.update(pick=pick, is_chinese=is_chinese, locales=LOCALES, get_locale=get_locale)
