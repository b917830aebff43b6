"""Course structures for tests of cmi5, written by us."""

from courses.formats.cmi5_schema import NAMESPACE

ROOT = f'<courseStructure xmlns="{NAMESPACE}" xmlns:th="https://training-hours.example/cmi5">'


def texts(name: str = "单元", language: str = "zh-CN") -> str:
    return (
        f'<title><langstring lang="{language}">{name}</langstring></title>'
        f'<description><langstring lang="{language}">{name}的说明</langstring></description>'
    )


def unit(id: str = "https://school.example/unit/1", url: str = "unit/index.html", *, more: str = "", inside: str = "") -> str:
    """An AU; `more` are further attributes, `inside` further elements after its url."""
    return f'<au id="{id}" {more}>{texts()}<url>{url}</url>{inside}</au>'


def block(id: str, *inside: str) -> str:
    return f'<block id="{id}">{texts("模块")}{"".join(inside)}</block>'


def structure(*inside: str, id: str = "https://school.example/course", objectives: str = "", after: str = "", root: str = ROOT) -> bytes:
    course = f'<course id="{id}">{texts("一门课")}</course>'
    return f'<?xml version="1.0" encoding="utf-8"?>\n{root}\n{course}{objectives}\n{"".join(inside)}{after}\n</courseStructure>'.encode()


def objective(id: str) -> str:
    return f'<objective id="{id}">{texts("目标")}</objective>'
