"""B2MML performance documents of ISA-95 in their four versions; elements in the order that the schemas ask for."""

from __future__ import annotations

from xml.sax.saxutils import escape

import polars as pl

from etl.simulate.exporters import plain

NAMESPACES = {
    "7": "http://www.mesa.org/xml/B2MML",
    "6": "http://www.mesa.org/xml/B2MML-V0600",
    "5": "http://www.wbf.org/xml/B2MML-V05",
    "4.01": "http://www.wbf.org/xml/B2MML-V0401",
}
OPERATIONS = frozenset({"7", "6"})
"""Versions whose documents are written as OperationsPerformance; the others say ProductionPerformance."""


def performance(frame: pl.DataFrame, version: str, *, unit: str = "PC") -> bytes:
    """One document: a response for each order with a segment for each record."""
    kind = "Operations" if version in OPERATIONS else "Production"
    segment = _operations_segment if version in OPERATIONS else _production_segment
    body = "".join(
        f"<{kind}Response><ID>{escape(order)}-R</ID><{kind}RequestID>{escape(order)}</{kind}RequestID>"
        + "".join(segment(r, unit) for r in rows.iter_rows(named=True))
        + f"</{kind}Response>"
        for (order,), rows in frame.group_by("order_id", maintain_order=True)
    )
    head = "<ID>P1</ID>"
    text = f'<{kind}Performance xmlns="{NAMESPACES[version]}">{head}{body}</{kind}Performance>'
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text.encode()


def _times(r: dict[str, object]) -> str:
    return (
        f"<ActualStartTime>{r['start_at']:%Y-%m-%dT%H:%M:%SZ}</ActualStartTime>"
        f"<ActualEndTime>{r['end_at']:%Y-%m-%dT%H:%M:%SZ}</ActualEndTime>"
    )


def _quantity(value: object, unit: str) -> str:
    return (
        f"<QuantityString>{plain(float(str(value)))}</QuantityString><DataType>decimal</DataType>"
        f"<UnitOfMeasure>{escape(unit)}</UnitOfMeasure>"
    )


def _scrap(r: dict[str, object], tag: str) -> str:
    return (
        f"<{tag}><ID>ScrapQuantity</ID><Value><ValueString>{plain(float(str(r['scrap_qty'])))}</ValueString>"
        f"<DataType>decimal</DataType><UnitOfMeasure>PC</UnitOfMeasure></Value></{tag}>"
    )


def _operations_segment(r: dict[str, object], unit: str) -> str:
    line, product, segment = (escape(str(r[c])) for c in ("line_id", "product_id", "record_id"))
    return (
        f"<SegmentResponse><ID>{segment}</ID>{_times(r)}<ProcessSegmentID>assembly</ProcessSegmentID>"
        f"{_scrap(r, 'SegmentData')}"
        f"<EquipmentActual><ID>E{segment}</ID><EquipmentID>{line}</EquipmentID></EquipmentActual>"
        f"<MaterialActual><ID>C{segment}</ID><MaterialDefinitionID>SHEET</MaterialDefinitionID>"
        f"<MaterialUse>Consumed</MaterialUse><Quantity>{_quantity(1.5, 'KG')}</Quantity></MaterialActual>"
        f"<MaterialActual><ID>M{segment}</ID><MaterialDefinitionID>{product}</MaterialDefinitionID>"
        f"<MaterialUse>Produced</MaterialUse><Quantity>{_quantity(r['good_qty'], unit)}</Quantity></MaterialActual>"
        "</SegmentResponse>"
    )


def _production_segment(r: dict[str, object], unit: str) -> str:
    line, product, segment = (escape(str(r[c])) for c in ("line_id", "product_id", "record_id"))
    return (
        f"<SegmentResponse><ID>{segment}</ID><ProcessSegmentID>assembly</ProcessSegmentID>{_times(r)}"
        f"{_scrap(r, 'ProductionData')}"
        f"<EquipmentActual><EquipmentID>{line}</EquipmentID></EquipmentActual>"
        f"<MaterialProducedActual><MaterialDefinitionID>{product}</MaterialDefinitionID>"
        f"<Quantity>{_quantity(r['good_qty'], unit)}</Quantity></MaterialProducedActual>"
        "<MaterialConsumedActual><MaterialDefinitionID>SHEET</MaterialDefinitionID>"
        f"<Quantity>{_quantity(1.5, 'KG')}</Quantity></MaterialConsumedActual>"
        "</SegmentResponse>"
    )
