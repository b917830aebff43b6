"""Workbooks made of the XML of one sheet."""

import io
import zipfile


def packed(parts: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


NAMESPACES = {
    "transitional": (
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    "strict": ("http://purl.oclc.org/ooxml/spreadsheetml/main", "http://purl.oclc.org/ooxml/officeDocument/relationships"),
}

PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def parts(inside: str, texts: str = "", styles: str = "", kind: str = "transitional", after: str = "") -> dict[str, str]:
    """Return the parts of a workbook of one sheet."""
    main, relations = NAMESPACES[kind]
    own = {"worksheet": "worksheets/sheet1.xml", "sharedStrings": "sharedStrings.xml", "styles": "styles.xml"}
    related = "".join(f'<Relationship Id="{one}" Type="{relations}/{one}" Target="{target}"/>' for one, target in own.items())
    sheets = f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets><sheet name="a" sheetId="1" r:id="worksheet"/></sheets></workbook>'
    return {
        "xl/workbook.xml": sheets,
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{related}</Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{inside}</sheetData>{after}</worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{main}">{texts}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}">{styles}</styleSheet>',
    }


def sheet(inside: str, **more: str) -> bytes:
    return packed(parts(inside, **more))
