"""Is every course structure accepted or refused as cmi5 says, with the line and what to do? The ids are those of CATAPULT's requirements."""

import pytest

from courses.formats.cmi5_structure import OURS, read_structure
from courses.formats.cmi5_values import Structure, key_of
from courses.sentences import SENTENCES
from courses.strict_json.problem import Problem, in_english
from tests.conformance.cmi5.structures import block, objective, structure, texts, unit

FILES = frozenset({"cmi5.xml", "unit/index.html", "单元/第 1 课.html"})
ID = "https://school.example/"


def sound(content: bytes, files: frozenset[str] | None = FILES) -> Structure:
    found = read_structure(content, files)
    assert isinstance(found, tuple), found
    return found[0]


def refused(content: bytes, files: frozenset[str] | None = FILES) -> list[Problem]:
    found = read_structure(content, files)
    assert isinstance(found, list), "it was accepted"
    assert all(in_english(one, SENTENCES) for one in found)  # every sentence has its parameters
    return found


def codes(content: bytes, files: frozenset[str] | None = FILES) -> list[str]:
    return [one.code for one in refused(content, files)]


REFUSED = {
    # 3.0.0.0-1 (d): no references instead of IRIs
    "course without an IRI": (structure(unit(), id="school.example/course"), "cmi5-iri"),
    "block without an IRI": (structure(block("block/1", unit())), "cmi5-iri"),
    "unit without an IRI": (structure(unit("school.example/unit")), "cmi5-iri"),
    "objective without an IRI": (structure(unit(), objectives=f"<objectives>{objective('o/1')}</objectives>"), "cmi5-iri"),
    "unit with an empty id": (structure(unit("")), "cmi5-iri"),
    # 13.1.2.0-1 (d), 13.1.3.0-1 (d), 13.1.4.0-1 (d)
    "block twice": (structure(block(f"{ID}b", unit()), block(f"{ID}b", unit(f"{ID}2"))), "cmi5-id-twice"),
    "block twice, one in the other": (structure(block(f"{ID}b", unit(), block(f"{ID}b", unit(f"{ID}2")))), "cmi5-id-twice"),
    "unit twice": (structure(unit(), unit()), "cmi5-id-twice"),
    "unit twice, in two blocks": (structure(block(f"{ID}b", unit()), block(f"{ID}c", unit())), "cmi5-id-twice"),
    "objective twice": (structure(unit(), objectives=f"<objectives>{objective(ID)}{objective(ID)}</objectives>"), "cmi5-id-twice"),
    # 13.1.4.0-2 (d), 14.1.0.0-3 (d), 14.1.0.0-4 (d)
    "address with a space": (structure(unit(url="http://example.com index.html")), "cmi5-url"),
    "address with a broken escape": (structure(unit(url="unit/%zz.html")), "cmi5-url"),
    "empty address": (structure(unit(url=" ")), "cmi5-url"),
    "address of a file that is not there": (structure(unit(url="other.html")), "cmi5-not-there"),
    "address out of the package": (structure(unit(url="../unit/index.html")), "cmi5-outside"),
    "escaped address out of the package": (structure(unit(url="%2e%2e/unit/index.html")), "cmi5-outside"),
    "address from the root of the host": (structure(unit(url="/unit/index.html")), "cmi5-outside"),
    "address without a scheme": (structure(unit(url="//other.example/unit.html")), "cmi5-outside"),
    "script as an address": (structure(unit(url="javascript:alert(1)")), "cmi5-scheme"),
    "address without a host": (structure(unit(url="https:unit.html")), "cmi5-scheme"),
    # 8.1.0.0-6 (d)
    **{
        f"query with {name}": (structure(unit(url=f"unit/index.html?a=1&amp;{name}=2")), "cmi5-query")
        for name in ("endpoint", "fetch", "actor", "registration", "activityId")
    },
    "escaped name in the query": (structure(unit(url="https://other.example/?%66etch=2")), "cmi5-query"),
    # 13.2.0.0-1 (d): the schema
    "no unit": (structure(), "cmi5-expected"),
    "empty block": (structure(block(f"{ID}b")), "cmi5-expected"),
    "address before the title": (structure(f'<au id="{ID}u"><url>unit/index.html</url>{texts()}</au>'), "cmi5-expected"),
    "no description": (structure(f'<au id="{ID}u"><title><langstring>x</langstring></title><url>x</url></au>'), "cmi5-expected"),
    "title without a text": (structure(f'<au id="{ID}u"><title/><description/><url>x</url></au>'), "cmi5-expected"),
    "two addresses": (structure(unit(inside="<url>unit/index.html</url>")), "cmi5-unexpected"),
    "unknown element": (structure(unit(inside="<minutes>3</minutes>")), "cmi5-unexpected"),
    "element in a text": (structure(unit(inside="<launchParameters><a/></launchParameters>")), "cmi5-unexpected"),
    "unknown attribute": (structure(unit(more='minutes="3"')), "cmi5-attribute"),
    "moveOn in lowercase": (structure(unit(more='moveOn="completed"')), "cmi5-choice"),
    "unknown launchMethod": (structure(unit(more='launchMethod="Popup"')), "cmi5-choice"),
    "masteryScore above 1": (structure(unit(more='masteryScore="1.01"')), "cmi5-mastery"),
    "masteryScore below 0": (structure(unit(more='masteryScore="-0.5"')), "cmi5-mastery"),
    "masteryScore as a word": (structure(unit(more='masteryScore="NaN"')), "cmi5-mastery"),
    "empty masteryScore": (structure(unit(more='masteryScore=""')), "cmi5-mastery"),
    "minutes of nothing": (structure(unit(more='th:minutes="0"')), "cmi5-minutes"),
    "language that is none": (structure(f'<au id="{ID}u">{texts(language="zh_CN")}<url>unit/index.html</url></au>'), "cmi5-language"),
    "reference to an unknown objective": (
        structure(f'<au id="{ID}u">{texts()}<objectives><objective idref="{ID}o"/></objectives><url>unit/index.html</url></au>'),
        "cmi5-objective-unknown",
    ),
    "foreign element before the others": (structure('<x xmlns="urn:vendor"/>', unit()), "cmi5-foreign-place"),
    "another root": (b'<courseStructure xmlns="urn:other"/>', "cmi5-root"),
    # 13.1.5.0-2 (d), and hostile files
    "not well-formed": (structure(unit())[:-5], "xml-damaged"),
    "unknown encoding": (b'<?xml version="1.0" encoding="klingon"?><a/>', "xml-damaged"),
    "not XML": (b"PK\x03\x04", "xml-damaged"),
    "entities": (b'<!DOCTYPE a [<!ENTITY x "y">]>' + structure(unit()).partition(b"?>")[2], "xml-doctype"),
    "too deep": (b"<a>" * 50, "xml-too-large"),
    "parameters without an end": (structure(unit(inside=f"<launchParameters>{'x' * 20_001}</launchParameters>")), "cmi5-too-long"),
}


@pytest.mark.parametrize(("content", "code"), REFUSED.values(), ids=REFUSED)
def test_a_structure_that_breaks_the_specification_is_refused(content: bytes, code: str) -> None:
    assert code in codes(content)


def test_the_refusal_names_the_line() -> None:
    (problem,) = refused(structure(unit(), "\n\n", unit(f"{ID}2", "gone.html")))
    assert (problem.path, problem.params["path"]) == ("cmi5.xml:6", "gone.html")


def test_every_problem_is_listed_at_once() -> None:
    wrong = structure(unit("no-iri", "gone.html", more='moveOn="Never" masteryScore="2"'))
    assert sorted(codes(wrong)) == ["cmi5-choice", "cmi5-iri", "cmi5-mastery", "cmi5-not-there"]


@pytest.mark.parametrize("url", ["index.html", "path/1/index.html?abc=def", "/index.html", "unit/index.html"])
def test_a_structure_without_a_package_needs_whole_addresses(url: str) -> None:
    """14.2.0.0-1 (d)."""
    assert codes(structure(unit(url=url)), None) == ["cmi5-relative"]
    assert sound(structure(unit(url="https://other.example/unit/index.html?a=b")), None).units[0].url.startswith("https://other.example")


def test_more_than_a_thousand_units_are_accepted() -> None:
    """6.1.0.0-2. A limit stands far above, so that nobody makes pages without an end."""
    many = [unit(f"{ID}unit/{n}") for n in range(1200)]
    assert len({one.key for one in sound(structure(*many)).units}) == 1200
    assert codes(structure(*(unit(f"{ID}unit/{n}") for n in range(2001)))) == ["cmi5-too-many-units"]


def test_all_of_a_unit_is_read_and_spaces_around_values_are_removed() -> None:
    """13.1.0.0-1."""
    inside = "<launchParameters>\n  a=1 \n</launchParameters><entitlementKey> key </entitlementKey>"
    more = 'moveOn=" CompletedOrPassed" masteryScore=" 0.75 " launchMethod="OwnWindow" activityType="x" th:minutes="25"'
    (one,) = sound(structure(unit(f" {ID}u ", "\n <![CDATA[ unit/index.html?a=1&b=2#c ]]>\n", more=more, inside=inside))).units
    assert (one.id, one.url, one.move_on, one.mastery_score) == (f"{ID}u", "unit/index.html?a=1&b=2#c", "CompletedOrPassed", 0.75)
    assert (one.launch_method, one.launch_parameters, one.entitlement_key, one.minutes) == ("OwnWindow", "a=1", "key", 25)


def test_a_unit_that_says_nothing_has_the_usual_values() -> None:
    (one,) = sound(structure(unit())).units
    assert (one.move_on, one.mastery_score, one.launch_method, one.launch_parameters) == ("NotApplicable", None, "AnyWindow", None)
    assert (one.entitlement_key, one.minutes, one.blocks) == (None, None, ())


def test_file_names_in_any_language_are_found_written_plainly_or_escaped() -> None:
    for url in ("单元/第%201%20课.html", "%E5%8D%95%E5%85%83/%E7%AC%AC%201%20%E8%AF%BE.html"):
        assert sound(structure(unit(url=url))).units[0].url == url


def test_blocks_keep_their_order_and_their_nesting() -> None:
    inner = block(f"{ID}inner", unit(f"{ID}3"))
    found = sound(structure(unit(f"{ID}1"), block(f"{ID}outer", unit(f"{ID}2"), inner, unit(f"{ID}4"))))
    assert [one.blocks for one in found.units] == [(), (f"{ID}outer",), (f"{ID}outer", f"{ID}inner"), (f"{ID}outer",)]
    assert found.keys_in(f"{ID}inner") == [key_of(f"{ID}3")]
    assert len(found.keys_in(f"{ID}outer")) == 3
    assert len(found.keys_in(None)) == 4


def test_the_text_in_the_readers_language_is_taken() -> None:
    both = (
        '<title><langstring lang="fr">Un</langstring><langstring lang="en-US">One</langstring><langstring lang="zh-CN">一</langstring>'
        '</title><description><langstring lang="fr">Rien</langstring></description>'
    )
    (one,) = sound(structure(f'<au id="{ID}u">{both}<url>unit/index.html</url></au>')).units
    assert (one.title.zh, one.title.en, one.summary.zh, one.summary.en) == ("一", "One", "Rien", "Rien")


def test_what_vendors_add_is_ignored_and_named_if_it_has_no_schema() -> None:
    """13.1.5: elements of other namespaces may stand at the end, attributes anywhere."""
    vendor = '<x:note xmlns:x="urn:vendor"><au/></x:note>'
    found = read_structure(structure(unit(inside=vendor), after=vendor), FILES)
    assert isinstance(found, tuple)
    assert [(one.code, one.params["namespace"]) for one in found[1]] == [("cmi5-no-schema", "urn:vendor")]
    located = structure(unit(inside=vendor)).replace(
        b"<courseStructure", b'<courseStructure xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="urn:vendor v.xsd"'
    )
    assert read_structure(located, FILES)[1] == []


def test_a_structure_in_another_encoding_is_read() -> None:
    text = structure(unit()).decode().replace("utf-8", "utf-16")
    assert sound(text.encode("utf-16")).title.zh == "一门课"
    assert sound(b"\xef\xbb\xbf" + structure(unit())).title.zh == "一门课"


def test_our_attribute_for_minutes_has_the_namespace_that_the_documentation_names() -> None:
    assert OURS == "https://training-hours.example/cmi5"


def test_a_key_stays_the_same_in_later_versions_and_differs_for_ids_that_end_alike() -> None:
    assert key_of("https://a.example/Unit_1/") == "unit-1-" + key_of("https://a.example/Unit_1/")[-8:]
    assert key_of("https://a.example/unit/1") != key_of("https://b.example/unit/1")
    assert len(key_of("https://a.example/" + "长" * 500 + "x" * 500)) <= 64
