"""Does each cmi5 package get a folder of its own, also if a file brings two packages with units of one package of the draft?"""

from lms.workshop.unit_folders import folders_of


def unit(key: str, folder: str) -> dict[str, str]:
    return {"key": key, "format": "cmi5", "entry": f"{folder}cmi5.xml"}


def test_a_package_that_was_split_has_two_folders_and_keeps_the_first() -> None:
    draft = {"modules": [{"activities": [unit("k1", "cmi5/"), unit("k2", "cmi5/"), unit("k3", "cmi5-2/")]}]}
    split = {"a/cmi5.xml": [unit("k1", "a/")], "b/cmi5.xml": [unit("k2", "b/")], "c/cmi5.xml": [unit("k3", "c/")]}
    assert folders_of(draft, split) == {"a/cmi5.xml": "cmi5/", "b/cmi5.xml": "cmi5-3/", "c/cmi5.xml": "cmi5-2/"}
