"""The parts of a workbook's zip archive: reading, adding, relating, writing. What stands in them: the other modules."""

from __future__ import annotations

import io
import posixpath
import zipfile
from dataclasses import dataclass, field

from etl.annotate.splice import Element, PartError, apply, parse, quoted, readable, within

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "[Content_Types].xml"
_NEW = (1980, 1, 1, 0, 0, 0)


@dataclass
class Package:
    """Parts by name; ``changed`` holds what is new or different."""

    archive: zipfile.ZipFile
    changed: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def open(cls, content: bytes) -> Package:
        """Raises PartError for an archive with two parts of one name."""
        archive = zipfile.ZipFile(io.BytesIO(content))
        names = [name.lower() for name in archive.namelist()]
        if len(set(names)) < len(names):
            raise PartError("two parts have the same name")
        return cls(archive)

    def find(self, name: str) -> str | None:
        """The part's name as written in the archive; upper and lower case do not count."""
        wanted = name.lstrip("/").lower()
        return next((n for n in (*self.archive.namelist(), *self.changed) if n.lower() == wanted), None)

    def read(self, name: str) -> bytes:
        """A part as it stands now. Raises PartError when there is none."""
        found = self.find(name)
        if found is None:
            raise PartError(f"no part {name}")
        return self.changed[found] if found in self.changed else self.archive.read(found)

    def xml(self, name: str) -> bytes:
        """The same, ready for ``splice.parse``."""
        return readable(self.read(name))

    def put(self, name: str, content: bytes) -> None:
        """Set a part."""
        self.changed[self.find(name) or name] = content

    def free(self, pattern: str) -> str:
        """A name that no part has yet; ``pattern`` has a place for a number."""
        number = 1
        while self.find(pattern.format(number)):
            number += 1
        return pattern.format(number)

    def declare(self, name: str, content_type: str) -> None:
        """Enter a new part into the list of content types."""
        xml = self.xml(_TYPES)
        root = parse(xml)
        text = f'<{root.prefix}Override PartName="/{quoted(name)}" ContentType="{content_type}"/>'
        self.put(_TYPES, apply(xml, [within(root, xml, text)]))

    def declare_extension(self, extension: str, content_type: str) -> None:
        """The same for all parts of an extension."""
        xml = self.xml(_TYPES)
        root = parse(xml)
        known = (c.attributes.get("Extension", "").lower() for c in root.children if c.local == "Default")
        if extension not in known:
            first = root.children[0] if root.children else None
            text = f'<{root.prefix}Default Extension="{extension}" ContentType="{content_type}"/>'
            self.put(_TYPES, apply(xml, [within(root, xml, text, before=first)]))

    def relations(self, part: str) -> list[tuple[str, str, str]]:
        """Id, last word of the type, and target part of everything that a part refers to inside the package."""
        name = self.find(_rels_of(part))
        if name is None:
            return []
        found = []
        for relation in parse(self.xml(name)).children:
            given = relation.attributes
            if given.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", posixpath.dirname(part), given.get("Target", "")))
                found.append((given.get("Id", ""), given.get("Type", "").rpartition("/")[2], target.lstrip("/")))
        return found

    def relate(self, part: str, kind: str, target: str) -> str:
        """Let ``part`` refer to ``target``. Returns the id."""
        name = self.find(_rels_of(part)) or _rels_of(part)
        if self.find(name) is None:
            self.put(name, f'<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="{_RELS}"/>'.encode())
        xml = self.xml(name)
        root = parse(xml)
        taken = {c.attributes.get("Id", "") for c in root.children}
        number = 1
        while f"rId{number}" in taken:
            number += 1
        text = f'<{root.prefix}Relationship Id="rId{number}" Type="{RELATIONS}/{kind}" Target="/{quoted(target)}"/>'
        self.put(name, apply(xml, [within(root, xml, text)]))
        return f"rId{number}"

    def write(self) -> bytes:
        """The archive with all changes; parts that were not changed keep their content, order and time."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
            for info in self.archive.infolist():
                content = self.changed.get(info.filename)
                kept = zipfile.ZipInfo(info.filename, info.date_time)
                kept.compress_type = (
                    info.compress_type if info.compress_type == zipfile.ZIP_STORED else zipfile.ZIP_DEFLATED
                )
                kept.external_attr = info.external_attr
                new.writestr(kept, self.archive.read(info) if content is None else content)
            there = set(self.archive.namelist())
            for name in (name for name in self.changed if name not in there):
                new_info = zipfile.ZipInfo(name, _NEW)
                new_info.compress_type = zipfile.ZIP_DEFLATED
                new.writestr(new_info, self.changed[name])
        return target.getvalue()


def _rels_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def relation_id(element: Element) -> str:
    """``r:id`` of an element, whatever its prefix."""
    return next((value for name, value in element.attributes.items() if name.endswith(":id")), "")


def sheets_of(package: Package) -> tuple[str, list[tuple[str, str]]]:
    """Name of the workbook's part, and name and part of every worksheet. Raises PartError."""
    book = next((target for _, kind, target in package.relations("") if kind == "officeDocument"), "xl/workbook.xml")
    root = parse(package.xml(book))
    if "purl.oclc.org" in str(root.attributes):
        raise PartError("strict workbook")
    if root.local != "workbook":
        raise PartError(f"{book} is no workbook")
    targets = {known: target for known, kind, target in package.relations(book) if kind == "worksheet"}
    named = [(s.attributes.get("name", ""), targets.get(relation_id(s), "")) for s in root.need("sheets").children]
    return book, [(name, target) for name, target in named if target and package.find(target)]
