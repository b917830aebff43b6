"""Is the text of a film's captions read as people would read it, and is anything else left alone?"""

import time

from courses.formats import FORMATS
from courses.formats.captions_text import MOST_CAPTIONS, text_of

FILE = """\ufeffWEBVTT

NOTE made by hand

STYLE
::cue { color: red }

1
00:00:01.000 --> 00:00:02.000 line:0
<v 老师>先听，</v>
再说 &amp; 再写。

00:02.000 --> 00:03.000
<v.loud Mary><i>Wait.</i>

00:03.000 --> 00:04.000
""".replace("\n", "\r\n").encode()


def test_each_caption_is_one_line_without_times_marks_and_notes() -> None:
    assert text_of(FILE) == ("老师：先听， 再说 & 再写。", "Mary: Wait.")


def test_a_film_has_the_text_of_its_caption_files_by_language_and_other_formats_have_none() -> None:
    files = {"media/a.zh.vtt": FILE, "media/a.en.vtt": b"WEBVTT\n"}
    assert FORMATS["video"].captions_text("media/a.webm", files.get) == {"zh-CN": ("老师：先听， 再说 & 再写。", "Mary: Wait.")}
    assert not any(one.captions_text("media/a.webm", files.get) for name, one in FORMATS.items() if name != "video")


def test_a_file_with_more_captions_than_people_read_costs_little_and_shows_nothing() -> None:
    began = time.process_time()
    assert text_of(b"WEBVTT\n\n" + b"00:00.000 --> 00:01.000\n<\n\n" * (MOST_CAPTIONS + 1)) == ()
    assert text_of(b"WEBVTT\n\n" + b"<" * 1_900_000) == ()
    assert text_of(b"WEBVTT\n\n00:00.000 --> 00:01.000\n" + b"<" * 1_900_000)
    assert time.process_time() - began < 2
