"""The people of the demo: invented names, always the same ones. Pure.

Surnames and given names are common characters combined by a fixed rule; no real person is meant.
"""

from dataclasses import dataclass

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘"
GIVEN = (  # two characters each
    "秀兰建国雅琴志强晓燕文博丽娟海涛春梅俊杰淑芬明辉玉洁国栋慧敏振华雪莲立新佳怡卫东"
    "红霞宏伟静宜永刚彩云思远美玲光明婉清学勤小凤家豪桂英新民若兰长青翠萍书恒月华树林"
)


@dataclass(frozen=True, slots=True)
class DemoOrganisation:
    """An organisation of the demo: its code, name, kind and the code of the one above it."""

    code: str
    name: str
    kind: str
    above: str | None


OFFICE, PROVIDER, COUNTY = "demo-office", "demo-provider", "demo-county"
SCHOOLS = ("柳河镇中心学校", "石桥镇第一小学", "云台乡初级中学", "白杨镇中心小学", "清溪县实验学校", "松岭乡九年一贯制学校")
PLACES = (
    DemoOrganisation(OFFICE, "省教师教育办公室（演示）", "office", None),
    DemoOrganisation(PROVIDER, "中原示范师范学院（演示）", "provider", OFFICE),
    DemoOrganisation(COUNTY, "清溪县教育局（演示）", "office", OFFICE),
    *(DemoOrganisation(f"demo-school-{number}", name, "school", COUNTY) for number, name in enumerate(SCHOOLS, start=1)),
)


def name_of(number: int) -> str:
    """Return the name of person `number` (0, 1, 2 …); the first 2,000 are all different."""
    given = (number * 11 + number // len(SURNAMES)) % (len(GIVEN) // 2)
    return SURNAMES[number * 7 % len(SURNAMES)] + GIVEN[2 * given : 2 * given + 2]


def school_of(number: int) -> str:
    """Return the code of the school of person `number`."""
    return f"demo-school-{number % len(SCHOOLS) + 1}"
