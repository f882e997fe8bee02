"""Fields in the words of a layout: beside labels, in sentences and names, or asked for. Tables: compose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from data_contracts.layout import SHEET_FIELDS
from data_contracts.site import Site
from etl.draft.compose import Composing, formats_of
from etl.draft.grid import Grid, cell_name
from etl.draft.meaning import Reading, Why, why
from etl.draft.pairs import Pair, Said
from etl.draft.understand import KEYS


def compose_fields(
    making: Composing,
    pairs: Sequence[tuple[Pair, Grid]],
    said: Sequence[Said],
    given: Sequence[set[str]],
    site: Site | None,
    grid: Grid,
) -> dict[str, Any]:
    """Fields of a sheet: beside labels first, then in sentences and names, then what the site has only one of.

    A further kind of sheet may say by its name what another says beside a label: both places are named then.
    """
    in_every_table = set.intersection(*given) if given else set()
    fields: dict[str, Any] = {}
    for pair, where in pairs:
        if pair.name in SHEET_FIELDS and pair.name not in in_every_table:
            fields[pair.name] = _source_of(making, where, pair)
    for one in said:
        named = one.words[0][0] in {"sheet_name", "file_name"}
        if one.name in in_every_table or (
            one.name in fields
            and not (named and one.certainty >= 0.8 and not set(dict(one.words)) & set(fields[one.name]))
        ):
            continue
        at = [cell_name(one.at)] if one.at else []
        if one.name not in fields:
            making.part(f"fields.{one.name}", Reading(one.name, one.certainty, one.why), at)
        fields[one.name] = {**fields.get(one.name, {}), **dict(one.words)}
    for key in KEYS:
        if key in fields or key in in_every_table:
            continue
        fields[key] = _asked(making, grid, key, site)
    return {key: fields[key] for key in SHEET_FIELDS if key in fields}


def _source_of(making: Composing, grid: Grid, pair: Pair) -> dict[str, Any]:
    source: dict[str, Any] = {"label": pair.label}
    if pair.how != "right":
        source["value_at"] = pair.how
    if pair.name not in KEYS:
        source["optional"] = True
    if pair.name == "production_date":
        value = grid.cells[pair.value_at]
        at = [cell_name(pair.value_at)]
        source |= formats_of(
            making, "fields.production_date", grid.sheet_name, [value], at, inside=pair.how == "inside"
        )
    making.part(
        f"fields.{pair.name}",
        Reading(pair.name, pair.certainty, pair.why),
        [cell_name(pair.at), cell_name(pair.value_at)],
    )
    return source


def _asked(making: Composing, grid: Grid, key: str, site: Site | None) -> dict[str, Any]:
    """A key that nothing says: the only one there is, or a question."""
    only = _only(key, site)
    making.ask("key", f"fields.{key}", sheet=grid.sheet_name, candidates=only, field=key)
    if len(only) == 1:
        making.part(f"fields.{key}", Reading(key, 0.5, (why("only_one", value=only[0]),)))
        return {"const": only[0]}
    making.part(f"fields.{key}", Reading(key, 0.0, (Why("nowhere"),)))
    return {"const": "?"}


def _only(key: str, site: Site | None) -> list[str]:
    if site is None or key == "production_date":
        return []
    table = "line" if key == "line_id" else "shift"
    return list(dict.fromkeys(site.master[table][key].to_list()))[:12]
