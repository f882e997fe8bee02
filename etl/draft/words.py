"""How near a text comes to the words of the trade. The words themselves: ``vocabulary.toml``."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from rapidfuzz import fuzz, process

_CHINESE = "\u3400"
_CJK = re.compile(r"[\u3400-\u9fff]+")
_BRACKETS = re.compile(r"[(\[【（]([^)\]】）]*)[)\]】）]")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_FILLERS = frozenset(
    {"pcs", "pc", "qty", "szt", "stk", "uds", "id", "no", "nr", "num", "number", "code", "min", "minutes", "the", "of"}
    | {"de", "do", "quantity", "ilosc", "cantidad", "quantidade", "menge", "anzahl"}
)
_PLAIN = str.maketrans({"ł": "l", "đ": "d", "ß": "ss", "ø": "o", "æ": "ae", "’": "'"})


@dataclass(frozen=True, slots=True)
class Hit:
    """The word a text comes nearest to, and how near, 0 to 1."""

    score: float
    word: str


_NOTHING = Hit(0.0, "")


@dataclass(frozen=True)
class Vocabulary:
    """Words by meaning; each meaning (``good_qty``, ``totals``) has several."""

    words: Mapping[str, tuple[str, ...]]
    units: Mapping[str, frozenset[str]]
    _known: dict[str, dict[str, Hit]] = field(default_factory=dict, compare=False, repr=False)

    def with_words(self, more: Mapping[str, Iterable[str]]) -> Vocabulary:
        """A vocabulary that knows these as well, such as the headers of layouts or the names of master data."""
        parts = {
            meaning: tuple(dict.fromkeys(part for text in texts for part in parts_of(text)))
            for meaning, texts in more.items()
        }
        meanings = {*self.words, *parts}
        return Vocabulary({m: (*self.words.get(m, ()), *parts.get(m, ())) for m in sorted(meanings)}, self.units)

    def hit(self, text: str, meaning: str) -> Hit:
        """How near ``text`` comes to a word of ``meaning``; of a bilingual text the better half counts."""
        if text not in self._known:
            self._known[text] = self._hits(text)
        return self._known[text].get(meaning, _NOTHING)

    def _hits(self, text: str) -> dict[str, Hit]:
        """The nearest word of each meaning, where any comes near."""
        found: dict[str, Hit] = {}
        for part in parts_of(text):
            for word in self._index.near(part):
                score = _near(part, word)
                for meaning in self._index.meanings[word] if score > 0.0 else ():
                    if score > found.get(meaning, _NOTHING).score:
                        found[meaning] = Hit(score, word)
        return found

    @cached_property
    def _index(self) -> _Index:
        return _Index.of(self.words)

    def best(self, text: str, meanings: Iterable[str]) -> Hit:
        """The nearest word of any of these meanings."""
        return max((self.hit(text, meaning) for meaning in meanings), key=lambda hit: hit.score, default=_NOTHING)

    def unit(self, text: str) -> str | None:
        """The unit that stands in brackets or at the end of a header, such as ``min`` in ``停机(min)``."""
        said = [*_BRACKETS.findall(text), *re.findall(r"[/\s,]([^\s/,()]+)\s*$", text)]
        for words in (plain(part) for part in said):
            for unit, names in self.units.items():
                if words in names:
                    return unit
        return None


@dataclass(frozen=True)
class _Index:
    """Which words may come near a text at all, so that the few that do are compared closely."""

    meanings: dict[str, list[str]]
    by_token: dict[str, list[str]]
    chinese: tuple[str, ...]
    latin: tuple[str, ...]

    @classmethod
    def of(cls, words: Mapping[str, Iterable[str]]) -> _Index:
        meanings: dict[str, list[str]] = {}
        for meaning, texts in words.items():
            for text in texts:
                meanings.setdefault(text, []).append(meaning)
        by_token: dict[str, list[str]] = {}
        for text in meanings:
            for token in text.split():
                by_token.setdefault(token, []).append(text)
        chinese = tuple(text for text in meanings if text[0] >= _CHINESE)
        return cls(meanings, by_token, chinese, tuple(text for text in meanings if text[0] < _CHINESE))

    def near(self, part: str) -> set[str]:
        if part[0] >= _CHINESE:
            return set(self.chinese)
        tokens = part.split()
        found = {word for token in tokens for word in self.by_token.get(token, ())}
        found |= {
            word
            for word, _, _ in process.extract(part, self.latin, scorer=fuzz.token_sort_ratio, score_cutoff=78, limit=8)
        }
        for token in (token for token in tokens if len(token) >= 5):
            near = process.extract(token, self._tokens, scorer=fuzz.ratio, score_cutoff=85, limit=6)
            found |= {word for other, _, _ in near for word in self.by_token[other]}
        found |= {word for word in self._long if word[:4] == part[:4]}
        return found | {word for word in self._long if _in_compound(word, part.replace(" ", ""))}

    @cached_property
    def _tokens(self) -> list[str]:
        return [token for token in self.by_token if len(token) >= 5 and token[0] < _CHINESE]

    @cached_property
    def _long(self) -> list[str]:
        return [word for word in self.latin if len(word) >= 4 and " " not in word]


def plain(text: str) -> str:
    """Half width, lower case, no accents, no punctuation, one blank between words."""
    half = unicodedata.normalize("NFKC", text).translate(_PLAIN)
    split = _HUMP.sub(" ", half).lower().translate(_PLAIN)
    bare = "".join(c for c in unicodedata.normalize("NFKD", split) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w%]+|_", " ", bare).split())


@cache
def parts_of(text: str) -> tuple[str, ...]:
    """The ways to read a header: whole, without brackets, and each language by itself."""
    outside = _BRACKETS.sub(" ", text)
    readings = [plain(outside), plain(text)]
    chinese = "".join(_CJK.findall(unicodedata.normalize("NFKC", outside)))
    readings += [chinese, plain(_CJK.sub(" ", outside)) if chinese else ""]
    readings += [plain(half) for half in re.split(r"[/|]", outside)] if "/" in outside or "|" in outside else []
    readings += [" ".join(t for t in r.split() if t not in _FILLERS) for r in readings]
    return tuple(dict.fromkeys(r for r in readings if r and not re.fullmatch(r"\d+", r)))


def _near(part: str, word: str) -> float:
    if part == word:
        return 1.0
    if word[0] >= _CHINESE or part[0] >= _CHINESE:
        return _near_chinese(part, word)
    if min(len(word), len(part)) < 3:
        return 0.0
    return _near_latin(part, word)


def _near_chinese(part: str, word: str) -> float:
    if len(word) > 1 and word in part:
        return 0.6 + 0.35 * len(word) / len(part)
    if len(part) > 1 and part in word:
        return 0.5 + 0.3 * len(part) / len(word)
    ratio = fuzz.ratio(part, word) / 100
    return 0.8 * ratio if ratio >= 0.75 and len(word) > 1 else 0.0


def _near_latin(part: str, word: str) -> float:
    numbered = any(c.isdigit() for c in part) and not any(c.isdigit() for c in word)
    if any(f"un{one}" in part.split() for one in word.split()):
        return 0.0  # unplanned is not planned
    if set(word.split()) <= _FILLERS and not set(part.split()) <= _FILLERS:
        return 0.0  # how much, but the other words say of what
    near = _near_words(part, word)
    return 0.7 * near if numbered else near  # Line 3 is a line, not the word for one


def _near_words(part: str, word: str) -> float:
    mine, its = part.split(), word.split()
    share = len(word.replace(" ", "")) / len(part.replace(" ", ""))
    if set(its) <= set(mine):
        return 0.97 if len(its) == len(mine) else 0.6 + 0.35 * share
    if set(mine) <= set(its):
        return 0.5 + 0.3 / max(share, 1.0)
    if len(mine) > len(its) and all(len(one) >= 5 and _inflected(one, mine) for one in its):
        return 0.56 + 0.35 * share
    ratio = fuzz.token_sort_ratio(part, word) / 100
    if ratio >= (0.86 if min(len(part), len(word)) > 6 else 0.9):
        return 0.95 * ratio
    if " " not in word and _in_compound(word, part.replace(" ", "")):
        return 0.58 + 0.3 * share  # Ausschussmenge holds Ausschuss
    near = 0.75 * ratio if ratio >= 0.78 and len(word) > 4 else 0.0
    return max(near, 0.74 if " " not in word + part and _same_stem(part, word) else 0.0)


def _same_stem(one: str, other: str) -> bool:
    """Braki and braków: most of both, with endings of their own. Plan and plant are two words."""
    stem = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    return stem >= 4 and stem >= 0.65 * max(len(one), len(other))


def _in_compound(word: str, text: str) -> bool:
    if len(word) >= 5:
        return word in text
    return len(word) == 4 and text.startswith(word) and len(text) >= 9


def _inflected(word: str, among: list[str]) -> bool:
    """Zlecenie and zlecenia are one word to a reader."""
    return any(fuzz.ratio(word, other) >= 85 for other in among)


@cache
def vocabulary() -> Vocabulary:
    """The general words that come with the software."""
    data = tomllib.loads(Path(__file__).with_name("vocabulary.toml").read_text(encoding="utf-8"))
    words: dict[str, tuple[str, ...]] = {}
    for group in ("measures", "words"):
        words.update({meaning: _read(texts) for meaning, texts in data[group].items()})
    for group in ("sections", "values"):
        words.update({f"{group}.{meaning}": _read(texts) for meaning, texts in data[group].items()})
    units = {unit: frozenset(map(plain, texts)) for unit, texts in data["units"].items()}
    return Vocabulary(words, units)


def _read(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(plain, texts)))
