"""B2MML against the standard's own schemas and examples: what we write is valid, what others wrote is read."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import polars as pl
import pytest
from lxml import etree

from etl.extract.preflight import RefusedError
from etl.extract.xml import read_xml
from etl.simulate.exporters import OUTPUT, b2mml

pytestmark = pytest.mark.real
SCHEMAS = {
    "7": "Schema/B2MML-OperationsPerformance.xsd",
    "6": "V0600/B2MML-V0600-OperationsPerformance.xsd",
    "5": "V0500/B2MML-V05-ProductionPerformance.xsd",
    "4.01": "V0401/B2MML-V0401-ProductionPerformance.xsd",
}
XSD = "{http://www.w3.org/2001/XMLSchema}"


def schema(path: Path) -> etree.XMLSchema:
    """The schema; of the older versions only the performance part is there, the rest of its types take anything."""
    if all((path.parent / name).is_file() for name in re.findall(r'schemaLocation\s*=\s*"([^"]+)"', path.read_text())):
        return etree.XMLSchema(etree.parse(path))
    tree = etree.parse(path)
    root = tree.getroot()
    for part in (*root.findall(f"{XSD}import"), *root.findall(f"{XSD}include")):
        root.remove(part)
    for group in [g for g in root.iter(f"{XSD}group") if g.get("ref")]:
        group.getparent().remove(group)
    known = {t.get("name") for t in root.iter(f"{XSD}complexType", f"{XSD}simpleType")}
    wanted = {e.get("type") for e in root.iter(f"{XSD}element", f"{XSD}attribute", f"{XSD}extension")}
    for name in sorted(n for n in wanted if n and ":" not in n and n not in known):
        anything = etree.SubElement(root, f"{XSD}complexType", name=name, mixed="true")
        inside = etree.SubElement(anything, f"{XSD}sequence")
        etree.SubElement(inside, f"{XSD}any", minOccurs="0", maxOccurs="unbounded", processContents="skip")
        etree.SubElement(anything, f"{XSD}anyAttribute", processContents="skip")
    return etree.XMLSchema(etree.fromstring(etree.tostring(tree)))


@pytest.mark.parametrize("version", SCHEMAS)
def test_what_the_generator_writes_is_valid(real: Path, version: str) -> None:
    at = dt.datetime(2026, 2, 3, 10)  # noqa: DTZ001
    row = ("1", "L1", at, at + dt.timedelta(minutes=30), "A1", "GEAR", 5.0, 1.0)
    frame = pl.DataFrame([row, ("2", *row[1:4], "A2", *row[5:])], schema=OUTPUT, orient="row")
    checked = schema(real / "B2MML-BatchML" / SCHEMAS[version])
    document = b2mml.performance(frame, version)
    assert checked.validate(etree.fromstring(document)), checked.error_log
    broken = document.replace(b"<ActualStartTime>", b"<Began>").replace(b"</ActualStartTime>", b"</Began>")
    if version in ("7", "4.01"):  # of the others the schema of the segments is not there
        assert not checked.validate(etree.fromstring(broken))


def test_consumption_that_another_system_wrote_is_read(real: Path) -> None:
    (path,) = (real / "B2MML-BatchML" / "Examples").rglob("PES-*.xml")
    paths = ["ancestor::ProductionResponse/ID", "ancestor::SegmentResponse/ID", "MaterialDefinitionID"]
    paths += [
        "Quantity/QuantityString",
        "Quantity/UnitOfMeasure",
        "MaterialActualProperty[ID=Indice]/Value/ValueString",
    ]
    found = read_xml(path.read_bytes(), ["SegmentResponse/MaterialActual[MaterialUse=Consumed]"], paths)
    assert found.rows()[1:] == [(1, "53107", "Weighing", "CRBN0001", "0.41", "KG", "0010")]
    with pytest.raises(RefusedError, match="xml_no_records"):
        read_xml(path.read_bytes(), ["SegmentResponse/MaterialActual[MaterialUse=Produced]"], paths)


def test_every_document_of_the_examples_is_read_or_refused_with_a_reason(real: Path) -> None:
    documents = [*(real / "B2MML-BatchML" / "Examples").rglob("*.xml"), *(real / "b2mml-gateway").rglob("*.xml")]
    assert len(documents) >= 7
    codes = set()
    for path in documents:
        try:
            found = read_xml(path.read_bytes(), ["ID"], ["."])
        except RefusedError as error:
            codes.add(error.code)
        else:
            assert found.filter(pl.col("c0").is_null()).height < found.height
    # A schedule of the gateway uses a prefix that it never binds: that is no XML with namespaces.
    assert codes == {"xml_no_records", "file_text_damaged"}
