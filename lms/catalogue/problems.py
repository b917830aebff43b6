"""What is wrong with a package, in the reader's language? `courses` says it in English and knows no other."""

import re
from functools import cache

from flask_babel import gettext

LONGEST_MESSAGE = 1000  # characters: values are looked for in it, piece by piece


def N_(words: str) -> str:  # noqa: N802 - by this name gettext knows what is translated later on
    """Mark words for translation."""
    return words


WORDS = (
    N_("is missing"),
    N_("is missing: a course package holds course.json, an H5P content h5p.json"),
    N_("is missing: the server needs the right answers"),
    N_("is missing: the quiz asks it"),
    N_("is no course: a .zip, .h5p, .mp4 or .webm file is needed"),
    N_("is no readable zip archive: %(why)s"),
    N_("is damaged: %(why)s"),
    N_("is encrypted"),
    N_("is packed in an unusual way: use the ordinary zip compression"),
    N_("is a link"),
    N_("is a link or a device, not a file"),
    N_("is a folder with a name that leads outside, or with content"),
    N_("is a kind of file that a course may not hold (.%(kind)s)"),
    N_("is both a file and a folder"),
    N_("is there twice"),
    N_("is there twice (%(what)s)"),
    N_("is in the package twice: as a file and inside an .h5p"),
    N_("differs from %(other)s only in capital letters"),
    N_("overlaps another file in the archive"),
    N_("belongs to no activity"),
    N_("has a backslash in its name: pack the files again with a tool that writes '/'"),
    N_("has a name that leads outside, or that not every system can store"),
    N_("has a name that is too long"),
    N_("has a name in an unknown encoding"),
    N_("has a list of files that is too long (more than %(most)s files, or very long names)"),
    N_("has %(count)s files: at most %(most)s are allowed"),
    N_("has %(count)s more problems of this kind"),
    N_("would unpack to %(mb)s MB: at most %(most)s MB are allowed"),
    N_("would unpack to more than %(ratio)s times its packed size"),
    N_("holds more than %(most)s files or %(mb)s MB"),
    N_("is larger than %(mb)s MB"),
    N_("is not JSON: %(why)s"),
    N_("is not written in UTF-8"),
    N_("is nested too deeply"),
    N_("holds half a character, which nothing can store"),
    N_("is not known here"),
    N_("must be an object"),
    N_("must be an object of 1 to %(most)s questions"),
    N_("must be an array of 1 to %(most)s"),
    N_("must be a text of 1 to %(most)s characters"),
    N_("must be small letters, digits and single hyphens, at most %(most)s, such as listening-first"),
    N_("must be a language tag, such as zh or en"),
    N_("must be one of %(choices)s"),
    N_("must be true or false"),
    N_("must be a whole number from %(least)s to %(most)s"),
    N_("must be a number above 0, at most %(most)s"),
    N_("must be a path inside the package, such as activities/welcome"),
    N_("must be two at least"),
    N_("must come after the checkpoint before it, and before the video ends"),
    N_("must name its mainLibrary and its preloadedDependencies"),
    N_('must be "none" for a video'),
    N_("does not list its main library %(library)s among its preloadedDependencies"),
    N_("does not say how long it is: put it into a course package whose course.json states media_seconds"),
    N_("is longer than %(minutes)s minutes"),
    N_("is more than the media can earn: %(seconds)s seconds are %(minutes)s minutes"),
    N_("is the same as %(other)s"),
    N_("is no video that every browser plays: MP4 (named .mp4) or WebM (named .webm) is needed"),
    N_("is no video that every browser plays: MP4 or WebM is needed"),
    N_("lasts %(real)s seconds, but %(field)s says %(said)s"),
    N_("needs media_seconds, the length of the media"),
    N_("has no captions (a file %(name)s.zh.vtt)"),
    N_("has no captions in it"),
    N_("is too long for captions"),
    N_("is no WebVTT file: it must begin with WEBVTT"),
    N_("lies among the answer keys, which are never served"),
    N_("loads %(address)s from outside: it may not be shown"),
    N_("names the file %(name)s, which is not in the package"),
    N_("is an H5P library that is missing in the package"),
    N_("is missing: its library names it"),
    N_("names the file %(name)s with #tmp behind it, as an editor leaves it: save the content again"),
    N_("has a #, a ? or a percent sign in its name, which no H5P content finds: rename it"),
    N_("has a time in line %(line)s that no browser reads: a time is written 00:00:01.500, with a full stop"),
    N_("never says that it is completed (%(kind)s): time counts without it"),
    N_('a %(kind)s needs grading "server", and only a %(same)s can have it'),
    N_("is an answer key, but the server does not grade this activity"),
    N_("is not a question of the quiz"),
    N_("names the option %(option)s, which the question does not have"),
    N_("names an option twice"),
    N_("has several options, but only one can be chosen"),
    N_("would show the answer to everybody: it belongs into the answer key"),
    N_('can never be met, because grading is "none"'),
)


def in_words(message: str) -> str:
    """Return a problem's message in the reader's language; one that is not known here, or is endless, stays as it is."""
    if len(message) > LONGEST_MESSAGE:
        return message
    for words in WORDS:
        if said := _pattern(words).fullmatch(message):
            return str(gettext(words, **said.groupdict()))
    return message


@cache
def _pattern(words: str) -> re.Pattern[str]:
    """Return what finds again the values that stand in a message."""
    return re.compile(re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+)", re.escape(words)), re.DOTALL)
