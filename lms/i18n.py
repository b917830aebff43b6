"""The language of a page, and the formats of names, times and numbers."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

from flask import Flask, has_request_context, request, session
from flask_babel import Babel, format_currency, format_date, get_locale, get_translations
from flask_login import current_user
from markupsafe import Markup

from courses.strict_json.problem import Problem
from lms.hours import Policy, hours_of
from lms.languages import mark_languages

DEFAULT = "zh_Hans_CN"
LOCALES = {"zh_Hans_CN": "简体中文", "en": "English"}
BROWSERS = {"zh": "zh_Hans_CN", "en": "en"}  # the names that browsers use
SITE_ZONE = "Asia/Shanghai"
MESSAGES_KEPT = 8192
UNITS_OF_ONE = {
    "credit hours": "credit hour",
    "days": "day",
    "half-days": "half-day",
    "months": "month",
    "tasks": "task",
    "courses": "course",
    "seconds": "second",
}
LENGTH_FORMS = {
    "zh": {"minutes": "{minutes} 分钟", "seconds": "{seconds} 秒", "both": "{minutes} 分 {seconds} 秒"},
    "en": {"minutes": "{minutes} min", "seconds": "{seconds} s", "both": "{minutes} min {seconds} s"},
}
LONGEST_LANGUAGES = 1000  # characters of Accept-Language that are read


def choose_locale() -> str:
    """Return the language: this session's choice, then the person's own, then the browser's, then Chinese."""
    if not has_request_context():
        return DEFAULT
    chosen = session.get("locale") or getattr(current_user, "locale", None)
    if chosen is None and len(request.headers.get("Accept-Language", "")) <= LONGEST_LANGUAGES:
        chosen = BROWSERS.get(request.accept_languages.best_match(BROWSERS) or "")
    return str(chosen) if chosen in LOCALES else DEFAULT


_looked_up: ContextVar[tuple[str | None] | None] = ContextVar("language", default=None)


@contextmanager
def one_language() -> Iterator[None]:
    """Look the language up once, for a block with hundreds of texts in which it stays the same. Also a decorator."""
    token = _looked_up.set((_language(),))
    try:
        yield
    finally:
        _looked_up.reset(token)


def _language() -> str | None:
    if (known := _looked_up.get()) is not None:
        return known[0]
    locale = get_locale()
    return None if locale is None else locale.language


def is_chinese() -> bool:
    """Say whether the current page is in Chinese."""
    return _language() in {None, "zh"}


def pick(zh: str, en: str) -> str:
    """Return the text in the page's language; the Chinese text if there is no English one."""
    return zh if is_chinese() or not en else en


def unit_after(unit: str, amount: object) -> str:
    """Return a unit as it follows an amount in words or digits: English says "1 course", but "0.5 days" and "1.0 credit hours"."""
    return UNITS_OF_ONE.get(unit, unit) if str(amount).lstrip("+-") == "1" else unit


def gettext(message: str, /, **params: object) -> str:
    """Translate as flask_babel's function does, several times as fast, because each message is looked up once and not at each use.

    A transcript has some sixty messages, and an office prints 70,000 transcripts.
    """
    text = _text(_language(), message)
    return text % params if params else text


@lru_cache(maxsize=MESSAGES_KEPT)
def _text(_language: str | None, message: str) -> str:
    return str(get_translations().ugettext(message))


def in_words(problem: Problem, sentences: Mapping[str, str]) -> str:
    """Return a problem's sentence in the page's language, without its path; each room has its table of `sentences`."""
    return str(gettext(sentences[problem.code], **problem.params))


def local_time(instant: datetime, zone: str = SITE_ZONE) -> datetime:
    """Return the instant in `zone`."""
    return instant.astimezone(ZoneInfo(zone))


def write_time(instant: datetime, *, seconds: bool = False, zone: str = SITE_ZONE) -> str:
    """Write an instant to the minute in the site's time zone or `zone`, with a date in the usual form of the page's language.

    `seconds`: to the second, for instants of evidence. The clock has 24 hours in both languages.
    """
    local = local_time(instant, zone)
    return f"{format_date(local, 'medium', rebase=False)} {local:{'%H:%M:%S' if seconds else '%H:%M'}}"


def write_day(day: date) -> str:
    """Write a day in the usual form of the page's language."""
    return str(format_date(day, "medium", rebase=False))


def write_whole_day(day: date) -> str:
    """Write a day with its month in words, as certificates do: 2026年3月2日, or March 2, 2026."""
    return str(format_date(day, "long", rebase=False))


def write_weekday(day: date) -> str:
    """Write a day with its day of the week: 2026年3月2日 星期一, or Monday, March 2, 2026."""
    return str(format_date(day, "y年M月d日 EEEE" if is_chinese() else "full", rebase=False))


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


def write_position(seconds: int) -> str:
    """Write a position in media as players do: 18:20, 1:02:03. Lengths of time are written by `write_length`, everywhere."""
    hours, rest = divmod(max(0, seconds), 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def write_marked(text: object) -> Markup:
    """Write a text that people have typed, with what is in another language than the page marked as such."""
    return mark_languages(text, page_is_chinese=is_chinese())


def length_forms() -> Mapping[str, str]:
    """Return the forms of a length of time in the page's language: for `write_length`, and for the clock that ticks in the player."""
    return LENGTH_FORMS["zh" if is_chinese() else "en"]


def write_length(seconds: int) -> str:
    """Write a duration in words: 18 分 20 秒, 52 min. It uses minutes even above sixty, because "hour" has another meaning here.

    All pages, PDFs and spreadsheets write durations in this form.
    """
    minutes, rest = divmod(max(0, seconds), 60)
    form = "minutes" if not rest else "both" if minutes else "seconds"
    return length_forms()[form].format(minutes=minutes, seconds=rest)


def write_money(amount: int, currency: str) -> str:
    """Write an amount in whole units of a currency (ISO 4217): ¥6,090; in English CN¥6,090."""
    return str(format_currency(amount, currency, format="¤#,##0", currency_digits=False))


def write_credit(seconds: int, policy: Policy, of: int | None = None) -> str:
    """Write time that is planned or earned as hours and minutes together: 1.3 学时（60 分钟）. `of`: what it is a part of.

    For sums only (a course, a requirement): hours of single activities would not add up to their sum's.
    """
    amounts = [seconds] if of is None else [seconds, of]
    hours = " / ".join(write_hours(hours_of(one, policy)) for one in amounts)
    length = " / ".join(map(write_length, amounts))
    return pick(f"{hours} 学时（{length}）", f"{hours} credit hours ({length})")


def _word(message: str, /, **params: object) -> Markup:
    """Translate for a template, as its `_`: parameters are escaped, and %% is a per cent sign even without parameters.

    Jinja's own function looks up the translations again for each of a page's fifty messages, which takes a tenth of the page's time.
    """
    language = _language()
    return _message(language, message) % params if params else _plain(language, message)


@lru_cache(maxsize=MESSAGES_KEPT)
def _message(_language: str | None, message: str) -> Markup:
    return Markup(get_translations().ugettext(message))  # noqa: S704 – written by us, like the template itself


@lru_cache(maxsize=MESSAGES_KEPT)
def _plain(language: str | None, message: str) -> Markup:
    return _message(language, message) % {}


def init_app(app: Flask) -> None:
    """Set up translations and the filters for templates."""
    app.config.update(BABEL_DEFAULT_LOCALE=DEFAULT, BABEL_DEFAULT_TIMEZONE=SITE_ZONE, BABEL_TRANSLATION_DIRECTORIES="translations")
    Babel(app, locale_selector=choose_locale)
    app.jinja_env.filters.update(
        marked=write_marked, time=write_time, hours=write_hours, position=write_position, duration=write_length, credit=write_credit
    )
    app.jinja_env.filters.update(
        day=write_day,
        weekday=write_weekday,
        clock_at=write_clock_at,
        percent=write_share,
        plain_number=write_number,
        money=write_money,
        unit_after=unit_after,
    )
    app.jinja_env.globals.update(_=_word, gettext=_word)
    app.jinja_env.globals.update(pick=pick, is_chinese=is_chinese, locales=LOCALES, get_locale=get_locale)
