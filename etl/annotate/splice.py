"""Changes to an XML part by cutting in bytes: what is not changed stays as it was, byte for byte.

Where elements stand comes from expat's byte positions. A document type declaration is refused, so nothing expands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

_START_TAG = re.compile(rb"""<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class PartError(Exception):
    """A part that is not built as expected; the workbook is then copied plainly."""


@dataclass(slots=True)
class Element:
    """One element: bytes ``start`` to ``end``; its content from ``inner`` to ``close``."""

    name: str
    attributes: dict[str, str]
    depth: int
    start: int
    inner: int
    close: int = 0
    end: int = 0
    is_empty: bool = False
    children: list[Element] = field(default_factory=list)

    @property
    def local(self) -> str:
        """Name without a prefix."""
        return self.name.rpartition(":")[2]

    @property
    def prefix(self) -> str:
        """The prefix with its colon, or nothing."""
        return self.name[: -len(self.local)]

    def child(self, local: str) -> Element | None:
        """The first child of that name."""
        return next((c for c in self.children if c.local == local), None)

    def need(self, local: str) -> Element:
        """The same. Raises PartError when there is none."""
        found = self.child(local)
        if found is None:
            raise PartError(f"no {local} in {self.name}")
        return found


@dataclass(frozen=True, slots=True)
class Cut:
    """Put ``text`` in place of the bytes from ``start`` to ``stop``."""

    start: int
    stop: int
    text: bytes


def readable(xml: bytes) -> bytes:
    """The part in an encoding that holds ASCII as it is. Raises PartError for a document type declaration."""
    if xml.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = re.sub(r"^<\?xml[^>]*\?>", "", xml.decode("utf-16"))
        xml = text.encode()
    if b"<!DOCTYPE" in xml:
        raise PartError("document type declaration")
    return xml


def parse(xml: bytes, *, wanted: Callable[[Element], bool] = lambda _: True) -> Element:
    """The tree of a part. Elements that are not wanted are left out of it, with all below them."""
    return _Parser(xml, wanted).root()


class _Parser:
    def __init__(self, xml: bytes, wanted: Callable[[Element], bool]) -> None:
        self._xml, self._wanted = xml, wanted
        self._above: list[Element] = []
        self._skipped = 0
        self._root: Element | None = None
        self._expat = expat.ParserCreate()
        self._expat.StartDoctypeDeclHandler = self._refuse
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end

    def root(self) -> Element:
        try:
            self._expat.Parse(self._xml, True)
        except expat.ExpatError as error:
            raise PartError(str(error)) from error
        if self._root is None:
            raise PartError("no element")
        return self._root

    def _refuse(self, *_: object) -> None:
        raise PartError("document type declaration")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._skipped:
            self._skipped += 1
            return
        at = self._expat.CurrentByteIndex
        tag = _START_TAG.match(self._xml, at)
        if tag is None:
            raise PartError(f"no tag at byte {at}")
        is_empty = self._xml[tag.end() - 2] == ord("/")
        element = Element(name, attributes, len(self._above), at, tag.end(), is_empty=is_empty)
        if self._root is None:
            self._root = element
        elif self._wanted(element):
            self._above[-1].children.append(element)
        else:
            self._skipped = 1
            return
        self._above.append(element)

    def _end(self, _: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        element = self._above.pop()
        element.close = element.inner if element.is_empty else self._expat.CurrentByteIndex
        element.end = element.inner if element.is_empty else self._xml.index(b">", element.close) + 1


def apply(xml: bytes, cuts: Iterable[Cut]) -> bytes:
    """The part with all cuts made; of two at one place the first comes first."""
    return b"".join(_pieces(xml, sorted(cuts, key=lambda cut: (cut.start, cut.stop))))


def _pieces(xml: bytes, cuts: list[Cut]) -> Iterator[bytes]:
    at = 0
    for cut in cuts:
        if cut.start < at:
            raise PartError("cuts overlap")
        yield xml[at : cut.start]
        yield cut.text
        at = cut.stop
    yield xml[at:]


def raw(text: str) -> bytes:
    """Bytes that mean the same in every encoding of a part."""
    return text.encode("ascii", "xmlcharrefreplace")


def quoted(text: str) -> str:
    """Text of a cell or an attribute: escaped, without characters that XML does not know."""
    return escape(_NOT_XML.sub("\ufffd", text), {'"': "&quot;", "\r": "&#13;"})


def within(element: Element, xml: bytes, text: str, *, before: Element | None = None) -> Cut:
    """Put text at the end of an element's content, or before one of its children."""
    if before is not None:
        return Cut(before.start, before.start, raw(text))
    if not element.is_empty:
        return Cut(element.close, element.close, raw(text))
    tag = xml[element.start : element.inner].rstrip(b">").rstrip(b"/")
    return Cut(element.start, element.inner, tag + b">" + raw(f"{text}</{element.name}>"))


def with_attribute(tag: bytes, name: str, value: str) -> bytes:
    """A start tag with one attribute set."""
    written = f'{name}="{quoted(value)}"'.encode()
    pattern = re.compile(rb"(?<=\s)" + name.encode() + rb"""\s*=\s*("[^"]*"|'[^']*')""")
    if pattern.search(tag):
        return pattern.sub(lambda _: written, tag, count=1)
    ending = b"/>" if tag.endswith(b"/>") else b">"
    return tag[: -len(ending)].rstrip() + b" " + written + ending


def attribute_cut(element: Element, xml: bytes, name: str, value: str) -> Cut:
    """Set one attribute of an element."""
    return Cut(element.start, element.inner, with_attribute(xml[element.start : element.inner], name, value))
