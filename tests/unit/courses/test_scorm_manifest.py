"""Is a SCORM manifest read as it is meant, also an odd one, and is one that cannot be read explained in one sentence?"""

from collections.abc import Collection

import pytest

from courses.formats.scorm_manifest import ScormPackage, read_package
from courses.sentences import SENTENCES
from tests.scorm_packages import HEAD_12, HEAD_2004, item, manifest, resource

PLAIN = manifest(item("a", "第一节") + item("b", "第二节"), resource("a") + resource("b"))
FILES = ("a.html", "b.html")


def read(content: bytes, files: Collection[str] = FILES) -> ScormPackage:
    found = read_package(content, files.__contains__, files)
    assert isinstance(found, ScormPackage), found
    return found


def refused(content: bytes, files: Collection[str] = FILES) -> str:
    found = read_package(content, files.__contains__, files)
    assert isinstance(found, list)
    (problem,) = found
    return SENTENCES[problem.code] % problem.params


def test_units_come_in_the_order_of_the_organization_with_headings_above_them() -> None:
    units = item("part", "第一章", item("a", "甲") + item("b", "乙"), page=False)
    found = read(manifest(units, resource("b") + resource("a", kind="asset")))
    assert [(one.title, one.depth, one.href, one.sco) for one in found.units] == [
        ("第一章", 0, "", False),
        ("甲", 1, "a.html", False),
        ("乙", 1, "b.html", True),
    ]
    assert [one.id for one in found.scos] == ["b"]
    assert (found.title, found.version) == ("垃圾分类", "1.2")


def test_what_is_for_the_unit_itself_is_kept_as_its_maker_wrote_it() -> None:
    data = "<adlcp:datafromlms>k=1</adlcp:datafromlms><adlcp:masteryscore>80</adlcp:masteryscore>"
    data += "<adlcp:maxtimeallowed>01:00:00</adlcp:maxtimeallowed><adlcp:timelimitaction>exit,message</adlcp:timelimitaction>"
    (unit,) = read(manifest(item("a", inside=data), resource("a"))).units
    assert (unit.launch_data, unit.mastery_score) == ("k=1", "80")
    assert (unit.max_time_allowed, unit.time_limit_action) == ("01:00:00", "exit,message")


def test_scorm_2004_says_its_pass_mark_and_its_completion_in_its_own_places() -> None:
    data = (
        '<adlcp:completionThreshold minProgressMeasure="0.75"/><adlcp:dataFromLMS>x</adlcp:dataFromLMS><imsss:sequencing><imsss:objectives>'
    )
    data += "<imsss:primaryObjective><imsss:minNormalizedMeasure>0.8</imsss:minNormalizedMeasure></imsss:primaryObjective>"
    data += "</imsss:objectives></imsss:sequencing>"
    found = read(manifest(item("a", inside=data), resource("a"), head=HEAD_2004))
    (unit,) = found.units
    assert found.version == "2004"
    assert (unit.scaled_passing_score, unit.completion_threshold, unit.launch_data) == ("0.8", "0.75", "x")
    assert found.warnings == ()


ADDRESSES = {
    "Windows": ("pages\\a.html", "", "pages/a.html"),
    "capitals": ("Pages/A.HTML", "", "Pages/A.HTML"),
    "percent signs": ("pages/a%20b.html", "", "pages/a%20b.html"),
    "a space as it is": ("pages/a b.html", "", "pages/a%20b.html"),
    "a leading dot": ("./pages/a.html", "", "pages/a.html"),
    "a query": ("pages/a.html?x=1", "", "pages/a.html?x=1"),
    "parameters": ("pages/a.html", "?y=2", "pages/a.html?y=2"),
    "both": ("pages/a.html?x=1", "&amp;y=2", "pages/a.html?x=1&y=2"),
    "a fragment and parameters": ("pages/a.html#s", "y=2", "pages/a.html?y=2#s"),
    "a fragment as parameter": ("pages/a.html", "#s", "pages/a.html#s"),
    "two fragments": ("pages/a.html#s", "#t", "pages/a.html#s"),
    "leads out": ("../../pages/a.html", "", "pages/a.html"),
}


@pytest.mark.parametrize(("href", "parameters", "address"), ADDRESSES.values(), ids=ADDRESSES)
def test_a_page_is_found_however_its_address_is_written(href: str, parameters: str, address: str) -> None:
    one = item("a", attributes=f'parameters="{parameters}"' if parameters else "")
    (unit,) = read(manifest(one, resource("a", href)), ("pages/a.html", "pages/a b.html")).units
    assert unit.href == address


@pytest.mark.parametrize(
    "bases", [('xml:base="x/"', "", ""), ("", 'xml:base="x"', ""), ("", "", 'xml:base="x\\"')], ids=["manifest", "resources", "resource"]
)
def test_a_base_is_put_before_an_address(bases: tuple[str, str, str]) -> None:
    whole, listed, own = bases
    content = manifest(item("a"), resource("a", attributes=own)).decode()
    content = content.replace("<manifest ", f"<manifest {whole} ").replace("<resources>", f"<resources {listed}>")
    assert read(content.encode(), ("x/a.html",)).units[0].href == "x/a.html"


ODD = {
    "a byte order mark": b"\xef\xbb\xbf" + PLAIN,
    "UTF-16": PLAIN.decode().replace("utf-8", "utf-16").encode("utf-16"),
    "GB2312": PLAIN.decode().replace("utf-8", "GB2312").encode("gb18030"),
    "GBK that says UTF-8": PLAIN.decode().encode("gb18030"),
    "GBK that says nothing": PLAIN.decode().partition("?>")[2].encode("gb18030"),
    "a prefix without declaration": PLAIN.replace(b' xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"', b"\n").replace(
        b"\n\n", b"\n"
    ),
    "other namespaces": PLAIN.replace(b"http://www.imsproject.org/xsd/imscp_rootv1p1p2", b"urn:x").replace(b"adlcp_rootv1p2", b"y"),
    "no namespace at all": PLAIN.replace(b' xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2"', b""),
    "scormType as in 2004": PLAIN.replace(b"scormtype", b"scormType"),
    "a default that is not there": PLAIN.replace(b'default="o"', b'default="none"'),
    "no default": PLAIN.replace(b' default="o"', b""),
    "no version": PLAIN.replace(b"<schemaversion>1.2</schemaversion>", b""),
    "spaces around": PLAIN.replace(b'href="a.html"', b'href=" a.html "'),
    "a comment": PLAIN.replace(b"<resources>", b"<!-- x --><resources>"),
}


@pytest.mark.parametrize("content", ODD.values(), ids=ODD)
def test_an_odd_manifest_is_read_as_it_is_meant(content: bytes) -> None:
    found = read(content)
    assert (found.title, found.version) == ("垃圾分类", "1.2")
    assert [(one.title, one.href, one.sco) for one in found.units] == [("第一节", "a.html", True), ("第二节", "b.html", True)]


def test_units_with_one_id_or_one_page_are_told_apart() -> None:
    found = read(manifest(item("a", "甲") + item("a", "乙"), resource("a")))
    assert len({one.id for one in found.units}) == 2
    assert {one.href for one in found.units} == {"a.html"}


def test_hidden_items_and_headings_without_units_are_not_shown() -> None:
    items = item("a", attributes='isvisible="false"') + item("b") + item("empty", page=False)
    assert [one.id for one in read(manifest(items, resource("a") + resource("b"))).units] == ["b"]


def test_a_package_without_an_organization_shows_its_pages_and_says_so() -> None:
    content = manifest("", resource("a") + resource("b")).replace(b'<organization identifier="o"><title>', b"<none><title>")
    content = content.replace(b"</organization>", b"</none>")
    found = read(content)
    assert [one.href for one in found.units] == ["a.html", "b.html"]
    assert [one.code for one in found.warnings] == ["scorm-no-organization"]


@pytest.mark.parametrize(
    ("head", "rule"),
    [
        (HEAD_12, "<adlcp:prerequisites>a</adlcp:prerequisites>"),
        (HEAD_2004, "<imsss:sequencing><imsss:sequencingRules><imsss:preConditionRule/></imsss:sequencingRules></imsss:sequencing>"),
    ],
)
def test_rules_of_order_are_told_to_the_trainer_as_not_followed(head: str, rule: str) -> None:
    found = read(manifest(item("a") + item("b", inside=rule), resource("a") + resource("b"), head=head))
    assert [(one.code, one.params) for one in found.warnings] == [("scorm-sequencing", {"count": 2})]


def test_the_typical_time_that_a_package_states_is_its_minutes() -> None:
    def minutes(stated: str) -> int | None:
        lom = f"<lom><educational><typicalLearningTime>{stated}</typicalLearningTime></educational></lom></metadata>"
        return read(PLAIN.replace(b"</metadata>", lom.encode())).minutes

    assert minutes("<datetime>PT1H30M</datetime>") == 90
    assert minutes("<duration>PT45M0S</duration>") == 45
    assert minutes("<datetime>0000:20:00.00</datetime>") == 20
    assert minutes("<datetime>soon</datetime>") is None
    assert read(PLAIN).minutes is None


REFUSED = {
    "no XML": (b"no XML", "is not well-formed XML"),
    "nothing": (b"", "is not well-formed XML"),
    "another document": (b"<html/>", "its outermost element is html"),
    "no unit": (manifest("", ""), "names no page to show"),
    "a page that is missing": (
        manifest(item("a", "甲"), resource("a", "c.html")),
        "names the page c.html of “甲”, which is not in the package",
    ),
    "a page elsewhere": (manifest(item("a", "甲"), resource("a", "x/b.html")), "(but b.html is)"),
    "a resource that is missing": (manifest(item("a", "甲"), resource("b")), "there is no resource r-a"),
    "a page outside": (manifest(item("a", "甲"), resource("a", "https://elsewhere.example/a.html")), "https://elsewhere.example/a.html"),
    "a page outside without a scheme": (manifest(item("a"), resource("a", "//elsewhere.example/a")), "outside the package"),
    "a DOCTYPE": (PLAIN.replace(b"<manifest", b"<!DOCTYPE manifest [<!ENTITY a 'b'>]><manifest", 1), "DOCTYPE"),
    "too large": (b"<manifest>" + b"<item/>" * 800_000, "is larger than 5 MB"),
    "too many units": (manifest("".join(item("a") for _ in range(501)), resource("a")), "at most 500"),
}


@pytest.mark.parametrize(("content", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_played_is_explained_in_one_sentence(content: bytes, sentence: str) -> None:
    assert sentence in refused(content)
