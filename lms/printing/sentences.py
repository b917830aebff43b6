"""The sentences of problems of wordings and logos."""

from collections.abc import Mapping

from courses.strict_json.problem import N_

SENTENCES: Mapping[str, str] = {
    "wording-long": N_("At most %(most)s characters"),
    "wording-lines": N_("Write it in one line, without control characters"),
    "wording-plain": N_("Placeholders cannot stand here"),
    "wording-brace": N_("A { or } stands alone. Write a placeholder such as {programme}, or leave the brace out"),
    "wording-placeholder": N_("{%(placeholder)s} is not a placeholder. Choose one of the list"),
    "wording-character": N_("The fonts of this site do not have these characters: %(characters)s"),
    "wording-room": N_("This does not fit on one page. Write less"),
    "logo-large": N_("The file is larger than %(kb)s KB. Choose a smaller one"),
    "logo-format": N_("This is not a PNG or JPEG picture, or it is damaged"),
    "logo-pixels": N_("The picture has %(width)s × %(height)s pixels. Choose one of %(least)s to %(most)s on each side"),
}
