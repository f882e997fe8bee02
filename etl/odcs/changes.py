"""What changed between two versions of the contracts, and whom it breaks. Pure; works on any document of the standard.

Readers query published tables. Suppliers keep master data and hand in reports: what a contract newly demands of
``master`` tables, or newly blocks, breaks them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from open_data_contract_standard.model import (
    CustomProperty,
    DataQuality,
    OpenDataContractStandard,
    SchemaObject,
    SchemaProperty,
)

from etl.odcs.texts import TEXTS

MASTER = "master"
RANGE = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")
TOLERANCES = ("absolute", "relative", "escalate")
BLOCKS = "block"
Named = TypeVar("Named", SchemaObject, SchemaProperty, DataQuality)


@dataclass(frozen=True, slots=True)
class Change:
    """One change. ``where``: table, table.column or rule; ``what`` and ``whom`` are keys of texts.

    ``whom`` is readers, suppliers, both or nobody.
    """

    where: str
    what: str
    whom: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_breaking(self) -> bool:
        """Whether somebody has to act before the new version comes."""
        return self.whom != "nobody"

    def told(self, language: str) -> tuple[str, str]:
        """What changed, and why it breaks whom."""
        why = f"why.{self.what}.{self.whom}" if self.is_breaking else "why.nobody"
        return TEXTS.text(f"what.{self.what}", language, **self.values), TEXTS.text(why, language)


def changes(old: OpenDataContractStandard, new: OpenDataContractStandard) -> list[Change]:
    """All changes, those that break somebody first, else in the order of tables and columns."""
    found = [*_tables(old.schema_ or [], new.schema_ or [])]
    return sorted(found, key=lambda change: not change.is_breaking)


def _tables(old: Iterable[SchemaObject], new: Iterable[SchemaObject]) -> Iterator[Change]:
    before, after = _by_name(old), _by_name(new)
    for name, table in before.items():
        if name not in after:
            yield Change(name, "table_gone", "readers")
            continue
        yield from _table(name, table, after[name])
    for name in (name for name in after if name not in before):
        yield Change(name, "table_new", "nobody")


def _table(name: str, old: SchemaObject, new: SchemaObject) -> Iterator[Change]:
    is_master = _said(new.customProperties).get("layer") == MASTER
    grains = [_said(table.customProperties).get("grain") or _primary_key(table) for table in (old, new)]
    if grains[0] != grains[1]:
        was, now = (", ".join(map(str, grain)) or "—" for grain in grains)
        yield Change(name, "grain", "both" if is_master else "readers", {"old": was, "new": now})
    before, after = _by_name(old.properties or []), _by_name(new.properties or [])
    for column, promise in before.items():
        if column in after:
            yield from _column(f"{name}.{column}", promise, after[column], is_master=is_master)
        else:
            yield Change(f"{name}.{column}", "column_gone", "both" if is_master else "readers")
    for column in (name for name in after if name not in before):
        demands = is_master and bool(after[column].required)
        yield Change(f"{name}.{column}", "column_new", "suppliers" if demands else "nobody")
    yield from _rules(name, old.quality or [], new.quality or [])


def _column(where: str, old: SchemaProperty, new: SchemaProperty, *, is_master: bool) -> Iterator[Change]:
    narrower, wider = ("suppliers", "nobody") if is_master else ("nobody", "readers")
    for what, was, now in (
        ("type", old.physicalType or old.logicalType, new.physicalType or new.logicalType),
        ("unit", _said(old.customProperties).get("unit"), _said(new.customProperties).get("unit")),
    ):
        if was != now:
            yield Change(where, what, "both" if is_master else "readers", {"old": was or "—", "new": now or "—"})
    if bool(old.required) != bool(new.required):
        what, whom = ("required", narrower) if new.required else ("optional", wider)
        yield Change(where, what, whom)
    yield from _values(where, old, new, narrower, wider)
    options = [prop.logicalTypeOptions or {} for prop in (old, new)]
    patterns = [option.get("pattern") for option in options]
    if patterns[0] != patterns[1]:
        whom = "both" if is_master else "readers"
        yield Change(where, "pattern", whom, {"old": patterns[0] or "—", "new": patterns[1] or "—"})
    ranges = [{name: option[name] for name in RANGE if name in option} for option in options]
    if ranges[0] != ranges[1]:
        was, now = (", ".join(f"{k} {v}" for k, v in limits.items()) or "—" for limits in ranges)
        yield from (
            Change(where, what, whom, {"old": was, "new": now})
            for what, whom, is_so in (
                ("range_narrower", narrower, _excludes(ranges[1], ranges[0])),
                ("range_wider", wider, _excludes(ranges[0], ranges[1])),
            )
            if is_so
        )


def _values(where: str, old: SchemaProperty, new: SchemaProperty, narrower: str, wider: str) -> Iterator[Change]:
    """Values that a column may hold; None where it may hold any."""
    was, now = _listed(old), _listed(new)
    if was == now:
        return
    gone = [] if was is None or now is None else [value for value in was if value not in now]
    more = [] if was is None or now is None else [value for value in now if value not in was]
    if was is None or gone:
        listed = ", ".join(map(str, gone)) or "—"
        # A reader who asks for a value that is gone finds nothing any more.
        whom = narrower if was is None else ("both" if narrower == "suppliers" else "readers")
        yield Change(where, "values_fewer", whom, {"values": listed})
    if now is None or more:
        yield Change(where, "values_more", wider, {"values": ", ".join(map(str, more)) or "—"})


def _rules(table: str, old: Iterable[DataQuality], new: Iterable[DataQuality]) -> Iterator[Change]:
    before, after = _by_name(old), _by_name(new)
    for name, rule in before.items():
        where = f"{table}: {name}"
        if name not in after:
            yield Change(where, "rule_gone", "readers")
            continue
        now = after[name]
        if rule.severity != now.severity:
            whom = "suppliers" if now.severity == BLOCKS else "readers" if rule.severity == BLOCKS else "nobody"
            yield Change(where, "severity", whom, {"old": rule.severity or "—", "new": now.severity or "—"})
        was_said, now_said = _said(rule.customProperties), _said(now.customProperties)
        tolerances = [{k: said[k] for k in TOLERANCES if k in said} for said in (was_said, now_said)]
        if tolerances[0] != tolerances[1] or was_said.get("overrides") != now_said.get("overrides"):
            yield Change(where, "tolerance", "readers", {"old": _listing(was_said), "new": _listing(now_said)})
    for name in (name for name in after if name not in before):
        blocks = after[name].severity == BLOCKS
        yield Change(f"{table}: {name}", "rule_new", "suppliers" if blocks else "nobody")


def _excludes(limits: Mapping[str, Any], others: Mapping[str, Any]) -> bool:
    """Whether ``limits`` shut out something that ``others`` let in."""
    (low, low_open), (other_low, other_low_open) = _low(limits), _low(others)
    (high, high_open), (other_high, other_high_open) = _high(limits), _high(others)
    return (
        low > other_low
        or (low == other_low and low_open and not other_low_open)
        or high < other_high
        or (high == other_high and high_open and not other_high_open)
    )


def _low(limits: Mapping[str, Any]) -> tuple[float, bool]:
    return (limits["exclusiveMinimum"], True) if "exclusiveMinimum" in limits else (_of(limits, "minimum", -1), False)


def _high(limits: Mapping[str, Any]) -> tuple[float, bool]:
    return (limits["exclusiveMaximum"], True) if "exclusiveMaximum" in limits else (_of(limits, "maximum", 1), False)


def _of(limits: Mapping[str, Any], name: str, sign: int) -> float:
    return float(limits.get(name, sign * float("inf")))


def _by_name(things: Iterable[Named]) -> dict[str, Named]:
    return {thing.name: thing for thing in things if thing.name}


def _said(properties: Iterable[CustomProperty] | None) -> dict[str, Any]:
    return {str(one.property): one.value for one in properties or []}


def _primary_key(table: SchemaObject) -> list[str]:
    keys = [prop for prop in table.properties or [] if prop.primaryKey]
    return [str(prop.name) for prop in sorted(keys, key=lambda prop: prop.primaryKeyPosition or 0)]


def _listed(column: SchemaProperty) -> list[Any] | None:
    """The values a column may hold, as a rule of this program or as the standard's own list."""
    if column.enum:
        return [value.value for value in column.enum]
    rules = [rule.arguments or {} for rule in column.quality or [] if rule.metric == "invalidValues"]
    return next((list(said["validValues"]) for said in rules if "validValues" in said), None)


def _listing(said: Mapping[str, Any]) -> str:
    own = said.get("overrides") or []
    told = [f"{name} {said[name]:g}" for name in TOLERANCES if said.get(name) is not None]
    return ", ".join([*told, *(" ".join(f"{k} {v}" for k, v in row.items()) for row in own)]) or "—"
