"""Small SCORM packages, written here: their pages use the API as real ones do, without a library."""

import io
import zipfile
from collections.abc import Mapping

HEAD_12 = """<manifest identifier="m" xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2"
 xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"><metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion></metadata>"""
HEAD_2004 = """<manifest identifier="m" xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3"
 xmlns:imsss="http://www.imsglobal.org/xsd/imsss"><metadata><schema>ADL SCORM</schema><schemaversion>2004 4th Edition</schemaversion></metadata>"""


def item(name: str, title: str = "", inside: str = "", *, page: bool = True, attributes: str = "") -> str:
    """Return an item of the organization; its resource is named like it."""
    reference = f' identifierref="r-{name}"' if page else ""
    return f'<item identifier="{name}"{reference} {attributes}><title>{title or name}</title>{inside}</item>'


def resource(name: str, href: str = "", kind: str = "sco", attributes: str = "") -> str:
    """Return a resource with a page."""
    return f'<resource identifier="r-{name}" type="webcontent" adlcp:scormtype="{kind}" href="{href or name + ".html"}" {attributes}/>'


def manifest(items: str, resources: str, title: str = "垃圾分类", head: str = HEAD_12) -> bytes:
    """Return a manifest with one organization."""
    organization = f'<organization identifier="o"><title>{title}</title>{items}</organization>'
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{head}<organizations default="o">{organization}</organizations>'
        f"<resources>{resources}</resources></manifest>"
    ).encode()


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    """Return an archive of files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


PAGE_12 = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>一节</title>
<h1>垃圾分类</h1><p id="place"></p><p id="kept"></p><button id="on">下一页</button> <button id="end">交卷</button>
<script>
  let api = null;
  for (let where = window; !api; where = where.parent) { api = where.API; if (where === where.parent) break; }
  api.LMSInitialize("");
  let place = Number(api.LMSGetValue("cmi.core.lesson_location") || 0);
  const show = () => (document.getElementById("place").textContent = `第 ${place + 1} 页`);
  document.getElementById("kept").textContent = api.LMSGetValue("cmi.suspend_data") + "|" + api.LMSGetValue("cmi.core.entry");
  if (!place) api.LMSSetValue("cmi.core.lesson_status", "incomplete");
  show();
  document.getElementById("on").onclick = () => {
    place += 1;
    api.LMSSetValue("cmi.core.lesson_location", String(place));
    api.LMSSetValue("cmi.suspend_data", "读到" + place);
    api.LMSCommit("");
    show();
  };
  document.getElementById("end").onclick = () => {
    api.LMSSetValue("cmi.core.score.raw", "90");
    api.LMSSetValue("cmi.core.session_time", "99:00:00");
    api.LMSSetValue("cmi.core.lesson_status", "passed");
    api.LMSFinish("");
  };
</script></html>"""

PAGE_2004 = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>一节</title><h1>一节</h1><button id="end">完成</button>
<script>
  const api = window.parent.API_1484_11;
  api.Initialize("");
  document.getElementById("end").onclick = () => {
    api.SetValue("cmi.completion_status", "completed");
    api.SetValue("cmi.score.scaled", "0.5");
    api.SetValue("cmi.exit", "normal");
    api.SetValue("adl.nav.request", "continue");
    api.Terminate("");
  };
</script></html>"""


def lesson(title: str = "垃圾分类") -> bytes:
    """Return a package of SCORM 1.2 with one unit: it keeps a place, and passes with 90 points."""
    return zipped({"imsmanifest.xml": manifest(item("a", title), resource("a")), "a.html": PAGE_12})


def two_units() -> bytes:
    """Return a package of SCORM 2004 with two units below a heading; the first asks to go on."""
    units = item("part", "第一章", item("a", "甲") + item("b", "乙"), page=False)
    return zipped(
        {"imsmanifest.xml": manifest(units, resource("a") + resource("b"), "两节", HEAD_2004), "a.html": PAGE_2004, "b.html": PAGE_2004}
    )
