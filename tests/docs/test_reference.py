"""Documents say what is there: reference pages as made from code, links that lead somewhere, every verb named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.generate import FOLDER, ROOT, pages, verbs

DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return pages()


def test_no_reference_page_is_missing_or_left_over(made: dict[str, str]) -> None:
    assert sorted(made) == sorted(path.name for path in FOLDER.iterdir())


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.md")), ids=_name)
def test_a_reference_page_is_as_the_code_says(path: Path, made: dict[str, str]) -> None:
    assert path.read_text(encoding="utf-8") == made[path.name], "run `make docs`"


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_every_link_of_a_document_leads_somewhere(path: Path) -> None:
    assert list(broken_links(path)) == []


def broken_links(path: Path) -> Iterator[str]:
    """Links of a page to a file or a heading that is not there."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
    for link in LINK.findall(text):
        if "://" in link:
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        if not target.exists() or (anchor and anchor not in set(anchors(target))):
            yield link


def anchors(path: Path) -> Iterator[str]:
    """Headings as addresses, the way GitHub makes them."""
    for heading in re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), flags=re.M):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_the_check_for_links_finds_a_broken_one(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One\n[a](page.md#one) [b](page.md#two) [c](gone.md) [d](https://example.org/x)\n")
    assert list(broken_links(page)) == ["page.md#two", "gone.md"]


@pytest.mark.parametrize("verb", verbs(), ids=" ".join)
def test_every_verb_is_in_the_readme(verb: tuple[str, ...]) -> None:
    assert f"shiftledger {' '.join(verb)}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_target_of_make_that_documents_name_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M))
    named = {
        target for path in DOCUMENTS for target in re.findall(r"`make ([a-z-]+)", path.read_text(encoding="utf-8"))
    }
    assert named <= targets
