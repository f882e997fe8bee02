"""Every role in every part of the company, before every query, page, export and deed: what is shown, what is refused.

``python -m tests.dashboards.matrix`` asks all of it on the marked site and keeps the counts that
``docs/reference/matrix.md`` tells; ``test_matrix`` asks the same and holds them against those.
"""

from __future__ import annotations

import inspect
import io
import json
import os
import pkgutil
import secrets
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl
from pypdfium2 import PdfDocument
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

import dashboards.queries
from dashboards import export, session, visitors
from dashboards.app import found_pages
from dashboards.filters import Filters
from dashboards.queries import discrepancies
from dashboards.queries._reading import Reader
from dashboards.view import View
from dashboards.words import Words
from data_contracts.errors import DeniedError, ShiftLedgerError
from data_contracts.rights import ROLES, Access, Grant
from data_contracts.scope import Actor, Scope
from etl import desk
from tests.dashboards import marked_site
from tests.dashboards.marked_site import (
    DAY,
    EXPORT,
    LINES,
    MARKS,
    NOW,
    OWNER,
    WORKBOOK,
    MarkedSite,
    branches,
    covers,
    leaked,
)
from tests.dashboards.small_site import sha256

KEPT = Path(__file__).with_name("matrix.json")
SCOPES = MappingProxyType(
    {
        "company": "*",
        "plant": "zp1",
        "area": "zp1/za11",
        "line": "zp1/za11/zq111",
        "line and area": "zp1/za12/zq121,zp2/za21",
    }
)
EYES = "admin as viewer"
NOBODY = "nobody"
PEOPLE = (*ROLES, EYES, NOBODY)
DAYS = Filters(first=DAY - timedelta(days=2), last=DAY)
AS_OF = NOW
PLACES = ("plant_id", "line_id")
ALL = discrepancies.Choice(status=())
Line = tuple[str, str, str]


@dataclass
class Told:
    """What came of one person's asking: how often something was shown and refused, by surface, and marks that leaked.

    ``seen``: marks that were shown and may be; ``wrong``: what was shown or refused against the table of rights.
    """

    shown: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    leaks: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def counts(self) -> dict[str, dict[str, int]]:
        """For the page."""
        return {"shown": self.shown, "refused": self.refused, "leaked": {"rows": len(self.leaks)}}

    def show(self, surface: str, name: str, scope: Scope, content: bytes) -> None:
        """Something was shown."""
        self.count("shown", surface)
        self.search(surface, name, scope, content)

    def refuse(self, surface: str) -> None:
        """Something was refused."""
        self.count("refused", surface)

    def count(self, kind: str, surface: str) -> None:
        """One more that was shown or refused."""
        counts: dict[str, int] = getattr(self, kind)
        counts[surface] = counts.get(surface, 0) + 1

    def search(self, surface: str, name: str, scope: Scope, content: bytes, asked: Iterable[str] = ()) -> None:
        """Look for marks in what came back; ``asked``: codes that the reader wrote down."""
        self.leaks += [f"{surface} {name}: {mark}" for mark in sorted(leaked(scope, content, asked))]
        self.seen |= {mark for mark in MARKS if covers(scope, mark) and mark.encode() in content}


def queries() -> dict[str, Callable[..., pl.DataFrame]]:
    """Every query there is, by module and name."""
    modules = [
        import_module(f"dashboards.queries.{info.name}")
        for info in pkgutil.iter_modules(dashboards.queries.__path__)
        if not info.name.startswith("_")
    ]
    return {
        f"{module.__name__.rpartition('.')[2]}.{name}": value
        for module in modules
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
    }


def arguments(name: str) -> list[tuple[Any, ...]]:
    """What each query is asked: of everything, and of every line by its name."""
    ids = [f"d-{line}" for _, _, line in LINES]
    there = [replace(DAYS.window(1), plant=plant, line=line, shift="day") for plant, _, line in LINES]
    by_id = {f"discrepancies.{name}" for name in ("difference", "history", "same_cell")}
    if name in by_id:
        return [(one,) for one in ids]
    known: dict[str, list[tuple[Any, ...]]] = {
        "discrepancies.counts": [(DAYS, ALL, PLACES)],
        "discrepancies.differences": [(DAYS, ALL)],
        "discrepancies.cases": [(DAYS, ALL)],
        "discrepancies.of_cases": [(ids,)],
        "discrepancies.changes": [(DAYS, marked_site.START - timedelta(days=1))],
        "discrepancies.reference_file": [(one, EXPORT) for one in ids],
        "discrepancies.report_holds_other_lines": [(sha256(marked_site.workbook()),)],
        "health.shifts": [(DAYS, AS_OF)],
        "losses.times": [(DAYS, PLACES)],
        "losses.reasons": [(DAYS, PLACES)],
        "losses.defects": [(DAYS, PLACES)],
        "output.output": [(DAYS, PLACES)],
        "output.made": [(DAYS, "product_id"), (DAYS, "order_id")],
        "reports.loaded": [([sha256(marked_site.workbook()), sha256(marked_site.export())],)],
        "sources.report_file": [(one, WORKBOOK) for one in there],
        "sources.export_file": [(one, EXPORT) for one in there],
        "state.completeness": [(DAYS, AS_OF, PLACES)],
        "state.missing_reports": [(DAYS, AS_OF)],
        "trend.differences": [(DAYS, PLACES, "week")],
        "trend.first_pass": [(DAYS, (*PLACES, "layout_id"))],
        "trend.repeated": [(DAYS, PLACES), (DAYS, ("layout_id",))],
    }
    if name in known:
        return known[name]
    chosen = "chosen" in inspect.signature(queries()[name]).parameters
    return [(DAYS,)] if chosen else [()]


def deeds() -> dict[str, tuple[str, Callable[[Path, Actor, Line], object]]]:
    """What may be done with one line, and the right that it takes."""
    whole = Scope.company()
    book, records = sha256(marked_site.workbook()), sha256(marked_site.export())

    def own(home: Path, line: str) -> str:
        """The waiver of a line."""
        known = desk.decisions(home, OWNER, whole).filter(pl.col("kind") == "waive", pl.col("line_id") == line)
        return str(known["decision_id"][0])

    def note(home: Path, line: str) -> str:
        known = desk.notes(home, OWNER, whole).filter(pl.col("line_id") == line, pl.col("kind") == "annotation")
        return str(known["note_id"][0]) if known.height else "withdrawn already"

    def at(line: Line, above: int = 0) -> str:
        return str(LINES.index(line) + 1 + above)

    timing = desk.Timing("shift-sheet", "before", 12, DAY, "timer")
    return {
        "decide": (
            "decide",
            lambda h, a, n: desk.decide(h, a, whole, f"d-{n[2]}", desk.Ruling("explain"), f"{n[2]} why", now=NOW),
        ),
        "approve": ("approve", lambda h, a, n: desk.approve(h, a, whole, own(h, n[2]), now=NOW)),
        "undo": ("decide", lambda h, a, n: desk.undo(h, a, whole, own(h, n[2]), f"{n[2]} undone", now=NOW)),
        "waive": (
            "waive",
            lambda h, a, n: desk.waive(
                h, a, whole, "good_vs_mes", desk.Place(*n), (DAY, DAY), f"{n[2]} waived", now=NOW
            ),
        ),
        "comment": ("note", lambda h, a, n: desk.comment(h, a, whole, f"d-{n[2]}", f"{n[2]} said", now=NOW)),
        "assign": ("note", lambda h, a, n: desk.assign(h, a, whole, f"d-{n[2]}", f"{n[2]} who", now=NOW)),
        "annotate": (
            "note",
            lambda h, a, n: desk.annotate(h, a, whole, (n[0], n[2]), (DAY, DAY), f"{n[2]} noted", now=NOW),
        ),
        "withdraw": ("note", lambda h, a, n: desk.withdraw(h, a, whole, note(h, n[2]), now=NOW)),
        "move_line": (
            "rollout",
            lambda h, a, n: desk.move_line(h, a, whole, (n[0], n[2]), "shadow", f"{n[2]} back", now=NOW),
        ),
        "record_timings": (
            "rollout",
            lambda h, a, n: desk.record_timings(h, a, whole, [replace(timing, plant_id=n[0], line_id=n[2])], now=NOW),
        ),
        "template_of": ("upload", lambda h, a, n: desk.template_of(h, a, whole, n[0], n[2], "en")),
        "source of a report": ("source", lambda h, a, n: desk.source_window(h, a, book, "早班", f"C{at(n)}")),
        "source of a record": ("source", lambda h, a, n: desk.source_window(h, a, records, None, at(n, 1))),
        "grant": (
            "grant",
            lambda h, a, n: desk.grant(h, a, "somebody", "viewer", "/".join(n), "asked for", now=NOW),
        ),
    }


REFUSALS = (b"may not do this", b"has no role yet")
READING: dict[str, tuple[str, Callable[[Path, Actor], object]]] = {
    "decisions": ("see", lambda h, a: desk.decisions(h, a, Scope.company()).write_json()),
    "notes": ("see", lambda h, a: desk.notes(h, a, Scope.company()).write_json()),
    "rollout": (
        "see",
        lambda h, a: [
            part.write_json() if isinstance(part, pl.DataFrame) else asdict(part)
            for part in vars_of(desk.rollout(h, a, Scope.company()))
        ],
    ),
    "lines_of": ("see", lambda h, a: desk.lines_of(h, desk.scope_of(h, a, "see"))),
    "daily_report": ("export", lambda h, a: printed(desk.daily_report(h, a, Scope.company(), DAY, "en", now=NOW))),
    "people": ("grant", desk.people),
    "read_audit": ("audit", desk.read_audit),
    "export_audit": ("audit", desk.export_audit),
}
"""What a person may have listed; told in full, to be searched for marks."""


def printed(content: bytes) -> str:
    """The text of a PDF."""
    with closing(PdfDocument(content)) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def vars_of(value: object) -> list[Any]:
    """Fields of a value with slots."""
    return [getattr(value, name) for name in type(value).__slots__]  # type: ignore[attr-defined]


@dataclass
class Person:
    """Somebody who signed in, with what they may see."""

    site: MarkedSite
    name: str
    role: str
    at: str
    token: str
    seen_as: str | None = None

    @property
    def actor(self) -> Actor:
        """As the desk knows them."""
        return Actor(self.name, "login", seen_as=self.seen_as)

    @property
    def scope(self) -> Scope:
        """What they may see, looked up."""
        return desk.scope_of(self.site.home, self.actor, "see")

    def may(self, right: str, *line: str) -> bool:
        """Whether the table of rights lets them do something, there or anywhere."""
        if self.seen_as is not None:
            return right == "see"
        held = self.access.scope(right)
        return held.covers(*line) if line else bool(held.nodes)

    @cached_property
    def access(self) -> Access:
        """What follows from what was granted, without asking the desk."""
        given = [] if self.role == NOBODY else [(self.role, Scope.parse(self.at))]
        return Access(tuple(Grant("", self.name, role, scope, "", "", NOW) for role, scope in given))


def person(site: MarkedSite, role: str, at: str) -> Person:
    """A new person with that role there, signed in by a link."""
    when = visitors.now()
    name = f"{role} {secrets.token_hex(4)}"
    seen_as = None
    if role == EYES:
        seen_as = f"seen {name}"
        desk.grant(site.home, OWNER, seen_as, "viewer", at, "matrix", now=when)
        desk.grant(site.home, OWNER, name, "admin", "*", "matrix", now=when)
    elif role != NOBODY:
        desk.grant(site.home, OWNER, name, role, at, "matrix", now=when)
    link = desk.add_link(site.home, OWNER, name, now=when - timedelta(minutes=2))
    token = desk.sign_in_by_link(site.home, link, now=when - timedelta(minutes=1)).token
    return Person(site, name, role, at, token, seen_as)


def ask_everything(site: MarkedSite, role: str, at: str) -> Told:
    """One person before everything."""
    told, who = Told(), person(site, role, at)
    _queries(told, who)
    _pages(told, who)
    _exports(told, who)
    _deeds(told, who)
    return told


class Recording(Reader):
    """A reader that remembers what it was asked."""

    asked: list[tuple[str, tuple[object, ...]]]

    def rows(self, text: str, parameters: Any = ()) -> pl.DataFrame:
        """The answer, and a note of the question."""
        self.asked = [*getattr(self, "asked", []), (text, tuple(parameters))]
        return super().rows(text, parameters)


def _queries(told: Told, who: Person) -> None:
    scope = who.scope
    with Recording(desk.current_version(who.site.home)) as reader:
        for name, query in queries().items():
            for given in arguments(name):
                told.show("queries", name, scope, query(reader, scope, *given).write_json().encode())
        bound = {part for node in scope.nodes for part in node}
        for text, _ in reader.asked:
            told.wrong += [f"{part} stands in the text of a query" for part in bound if part in text]


def _pages(told: Told, who: Person) -> None:
    scope = who.scope
    for module in found_pages():
        page = module.PAGE
        for address in _addresses(page.key, page.shows_numbers, scope):
            content = page_of(who, page.key, address)
            is_refused = any(words in content for words in REFUSALS)
            if is_refused == (bool(scope.nodes) and who.may(page.needs)):
                told.wrong.append(f"page {page.key} {address}: {'refused' if is_refused else 'opened'}")
            told.search("pages", page.key, scope, content, address.values())
            told.count("refused" if is_refused else "shown", "pages")


def _addresses(page: str, shows_numbers: bool, scope: Scope) -> Iterator[dict[str, str]]:
    """As it is, and as somebody would have it who tries the line of another."""
    yield {}
    beyond = [line for line in LINES if not scope.covers(*line)]
    if shows_numbers and beyond:
        plant, area, line = beyond[0]
        yield {"plant": plant, "area": area, "line": line}
        if page == "discrepancies":
            yield {"id": f"d-{line}"}
            yield {"id": f"d-{beyond[-1][2]}"}


def page_of(who: Person, page: str, address: dict[str, str]) -> bytes:
    """Everything that the browser would get of a page."""

    def script(key: str) -> None:
        from dashboards.app import found_pages, run_page  # noqa: PLC0415 - AppTest runs this body on its own

        run_page(next(module for module in found_pages() if key == module.PAGE.key))

    test = AppTest.from_function(script, kwargs={"key": page}, default_timeout=120)
    test.session_state[session.TOKEN] = who.token
    if who.seen_as is not None:
        test.session_state[session.SEEN_AS] = who.seen_as
    for name, value in {"lang": "en", **address}.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception, (who.role, page, address, test.exception)
    return b"\n".join(_protos(test._tree))


def scan_once() -> None:
    """AppTest looks through all installed packages for components at every run, a second or so; once is enough."""
    manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


def _protos(node: Any) -> Iterator[bytes]:
    proto = getattr(node, "proto", None)
    if proto is not None:
        yield proto.SerializeToString()
    for child in getattr(node, "children", {}).values():
        yield from _protos(child)


def _exports(told: Told, who: Person) -> None:
    scope = who.scope
    for module in found_pages():
        exported = getattr(module, "exported", None)
        if exported is None:
            continue
        with Reader(desk.current_version(who.site.home)) as reader:
            words = Words("en", "Asia/Shanghai")
            view = View(who.site.home, who.actor, scope, words, DAYS, reader)
            try:
                content = export.made(view, module.PAGE.key, exported, {})
            except DeniedError:
                told.refuse("exports")
                told.wrong += [f"export {module.PAGE.key} refused"] if who.may("export") else []
                continue
            told.wrong += [] if who.may("export") else [f"export {module.PAGE.key} given"]
            told.show("exports", module.PAGE.key, scope, unzipped(content))


def unzipped(content: bytes) -> bytes:
    """All parts of a workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return b"\n".join(book.read(name) for name in book.namelist())


def _deeds(told: Told, who: Person) -> None:
    home, scope, log = who.site.home, who.scope, who.site.home / "data" / "audit.log"
    for name, (right, listed) in READING.items():
        try:
            told.show("lists", name, scope, str(listed(home, who.actor)).encode())
            may = who.may(right) or name == "lines_of"
            told.wrong += [] if may else [f"{name} shown"]
        except DeniedError:
            told.refuse("lists")
            told.wrong += [f"{name} refused"] if who.may(right) else []
    lines = list(branches(scope)) if scope.nodes else [LINES[0]]
    for line in lines:
        for name, (right, deed) in deeds().items():
            before = log.stat().st_size
            try:
                answer = deed(home, who.actor, line)
            except ShiftLedgerError as error:
                answer = error
            with log.open("rb") as file:
                file.seek(before)
                records = [json.loads(record) for record in file]
            is_denied = any(r["outcome"] == "denied" and r["actor"] == who.name for r in records)
            if is_denied == who.may(right, *line):
                told.wrong.append(f"{name} at {line[2]}: {'denied' if is_denied else 'done'} ({answer})")
            if is_denied:
                told.refuse("deeds")
            else:
                content = unzipped(answer) if isinstance(answer, bytes) else repr(answer).encode()
                told.show("deeds", name, scope, content)


def cells() -> list[tuple[str, str]]:
    """Every person and part; nobody is nobody everywhere."""
    return [(role, where) for role in PEOPLE for where in SCOPES if role != NOBODY or where == "company"]


def main() -> None:
    """Ask all of it and keep the counts."""
    with tempfile.TemporaryDirectory() as folder:
        site = MarkedSite(Path(folder) / "site", Path(folder) / "keys")
        os.environ.update(site.environment)
        scan_once()
        site.publish()
        kept: dict[str, dict[str, Any]] = {}
        for role, where in cells():
            told = ask_everything(site, role, SCOPES[where])
            kept.setdefault(role, {})[where] = told.counts()
            print(role, where, told.counts(), told.leaks, told.wrong, flush=True)
    KEPT.write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main()
