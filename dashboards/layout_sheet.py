"""A sheet with the regions of a drafted layout: coloured by role, lettered where a region begins, told in words."""

from __future__ import annotations

from collections.abc import Iterable

from dashboards.markup import Html, join, tag
from dashboards.sheet import column_letters
from dashboards.words import Words
from etl.desk import DrawnSheet, Region, Role

Place = tuple[int, int]


def drawn(sheet: DrawnSheet, words: Words) -> Html:
    """The sheet as a table. Every text of the workbook is escaped; what a cell is taken for is said in its label."""
    found = _by_place(sheet.regions)
    width = max((len(row) for row in sheet.rows), default=0)
    heads = [tag("th", column_letters(number + 1), scope="col") for number in range(width)]
    body = []
    for row_no, row in enumerate(sheet.rows):
        cells = [_cell(text, (row_no, n), found.get((row_no, n)), words) for n, text in enumerate(row)]
        body.append(tag("tr", join([tag("th", str(row_no + 1), scope="row"), *cells])))
    caption = words.t("layouts.sheet", sheet=sheet.name)
    head = tag("thead", tag("tr", join([tag("td", ""), *heads])))
    inner = join([tag("caption", caption, class_="sl-hidden"), head, tag("tbody", join(body))])
    return tag(
        "div",
        tag("table", inner, class_="sl-sheet"),
        class_="sl-scroll sl-tall",
        tabindex="0",
        role="region",
        aria_label=caption,
        data_testid="drafted-sheet",
    )


def legend(sheet: DrawnSheet, words: Words) -> Html:
    """Letter, colour and name of each role on the sheet."""
    roles = {region.role for region in sheet.regions}
    return tag(
        "p",
        join(
            tag("span", join([_letter(role, words), words.t(f"layouts.role.{role}")]), class_=f"sl-key r-{role}")
            for role in Role
            if role in roles
        ),
        class_="sl-legend",
    )


def _by_place(regions: Iterable[Region]) -> dict[Place, Region]:
    """The region of each cell; where two lie over each other the one that is understood counts."""
    found: dict[Place, Region] = {}
    for region in sorted(regions, key=lambda one: one.role == Role.UNKNOWN):
        for row in range(region.first[0], region.last[0] + 1):
            for column in range(region.first[1], region.last[1] + 1):
                found.setdefault((row, column), region)
    return found


def _cell(text: str, place: Place, region: Region | None, words: Words) -> Html:
    if region is None:
        return tag("td", text)
    name = f"{column_letters(place[1] + 1)}{place[0] + 1}"
    told = _told(name, region, words)
    begins = place == region.first
    speaks = begins and region.measure and region.role in {Role.HEADER, Role.LABEL}
    parts = [
        _letter(region.role, words) if begins else "",
        text,
        tag("small", region.measure) if speaks else "",
    ]
    label = words.t("layouts.cell_label", told=told, text=text or words.t("sheet.blank"))
    return tag("td", join(parts), class_=f"r-{region.role}", title=told, aria_label=label)


def _told(name: str, region: Region, words: Words) -> str:
    """``C5: header, good quantity, 93 %``."""
    parts = [words.t(f"layouts.role.{region.role}")]
    if region.measure:
        parts.append(words.code("measure", region.measure))
    if region.certainty:
        parts.append(words.percent(round(100 * region.certainty), 100, 0))
    return f"{name}: " + ", ".join(parts)


def _letter(role: Role, words: Words) -> Html:
    return tag("i", words.t(f"layouts.letter.{role}"), class_="sl-letter", aria_hidden="true")
