"""Is an H5P content played whose libraries lie in folders without their version, as some editors export them?"""

import time
from collections.abc import Mapping

from tests.unit.courses.folders import Open, about, problems, said, sound, text, zipped

MOST_S = 2  # of the processor, for refusing a file
LIBRARY = {"machineName": "H5P.Foo", "majorVersion": 1, "minorVersion": 2, "preloadedJs": [{"path": "foo.js"}]}
NEEDED = {"machineName": "H5P.Foo", "majorVersion": 1, "minorVersion": 2}


def content(folder: str, library: Mapping[str, object] = LIBRARY) -> dict[str, bytes]:
    """A content of the type H5P.Foo 1.2, with its library in `folder`."""
    needs = {**about("H5P.Foo"), "preloadedDependencies": [NEEDED]}
    return {
        "h5p.json": text(needs).encode(),
        "content/content.json": b"{}",
        f"{folder}/library.json": text(library).encode(),
        f"{folder}/foo.js": b"1",
    }


def test_a_library_in_a_folder_without_version_is_served_as_the_player_looks_for_it(opened: Open) -> None:
    plain, versioned = (sound(opened(zipped(content(folder)), "foo.h5p")) for folder in ("H5P.Foo", "H5P.Foo-1.2"))
    assert plain.files.keys() == versioned.files.keys()
    assert plain.sha256 == versioned.sha256
    assert "content/H5P.Foo-1.2/foo.js" in plain.files


def test_a_script_that_such_a_library_lacks_is_named(opened: Open) -> None:
    files = content("H5P.Foo")
    del files["H5P.Foo/foo.js"]
    assert problems(opened(zipped(files), "foo.h5p")) == ["content/H5P.Foo-1.2/foo.js"]


def test_another_version_of_a_library_is_told_from_none(opened: Open) -> None:
    for folder in ("H5P.Foo", "H5P.Foo-1.3"):
        found = opened(zipped(content(folder, {**LIBRARY, "minorVersion": 3})), "foo.h5p")
        assert isinstance(found, list)
        assert [(one.code, one.path, one.params) for one in found] == [
            ("library-other-version", "content/H5P.Foo-1.3", {"held": "1.3", "needed": "1.2"})
        ]
        assert "export the content again" in said(found[0])


def test_a_library_that_is_there_in_both_ways_is_a_problem(opened: Open) -> None:
    assert problems(opened(zipped({**content("H5P.Foo"), **content("H5P.Foo-1.2")}), "foo.h5p")) == ["content/H5P.Foo"]


def test_a_folder_whose_library_goes_by_another_name_stays_as_it_is(opened: Open) -> None:
    files = content("H5P.Foo-1.2") | {"other/library.json": text(LIBRARY).encode(), "other/foo.js": b"1"}
    assert "content/other/library.json" in sound(opened(zipped(files), "foo.h5p")).files


def test_libraries_that_all_need_each_other_are_refused_before_they_are_read(opened: Open) -> None:
    needs = [{"machineName": f"H5P.X{number}", "majorVersion": 1, "minorVersion": 0} for number in range(200)]
    files = {f"{one['machineName']}-1.0/library.json": text({**one, "preloadedDependencies": needs}).encode() for one in needs}
    files |= {"h5p.json": text({**about("H5P.X0"), "preloadedDependencies": needs}).encode(), "content/content.json": b"{}"}
    began = time.process_time()
    found = opened(zipped(files), "foo.h5p")
    assert isinstance(found, list)
    assert [(one.code, one.path) for one in found] == [("libraries-too-large", "content")]
    assert time.process_time() - began < MOST_S
