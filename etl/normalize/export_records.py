"""Records of an export before their fields are read: what is skipped, filled down, cancelled, and under which key.

Fields: ``etl.normalize.fields``. Lines, shifts and units: ``etl.normalize.exports``.
"""

from __future__ import annotations

import polars as pl

from data_contracts.export import ExportMapping
from etl.normalize.fields import failed, is_word
from etl.normalize.names import in_form


def prepare(mapping: ExportMapping, records: pl.DataFrame) -> pl.DataFrame:
    """Records that are any, blanks blank, cells below their group filled. Paths that no file has are there as null."""
    absent = [f"s:{h}" for h in mapping.paths() if f"s:{h}" not in records.columns]
    records = records.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
    texts = [c for c in records.columns if c.startswith("s:")]
    if mapping.blank:
        records = records.with_columns(pl.when(~is_word(c, mapping.blank)).then(pl.col(c)).alias(c) for c in texts)
    if mapping.fill_down:
        group = (pl.col(f"s:{mapping.fill_down[0]}").str.strip_chars() != "").fill_null(value=False).cum_sum()
        records = records.with_columns(_group=group.over("file_no")).with_columns(
            pl.col(f"s:{h}").first().over("file_no", "_group") for h in mapping.fill_down
        )
    for header, words in mapping.skip.items():
        records = records.filter(~is_word(f"s:{header}", words))
    return records


def unknown_words(mapping: ExportMapping, records: pl.DataFrame) -> pl.DataFrame:
    """Records whose deciding column says a word that the mapping does not know: what they mean is not guessed."""
    known: dict[str, list[str]] = {}
    for column in mapping.columns.values():
        if column.when is not None:
            known.setdefault(column.when.column, []).extend(column.when.words)
    if mapping.cancelled and mapping.cancelled.column:
        words = (*mapping.cancelled.words, *(mapping.cancelled.words_not or [""]))
        known.setdefault(mapping.cancelled.column, []).extend(words)
    none = failed(records.clear(), pl.lit("record_word_unknown"), measure="", raw=None)
    return pl.concat(
        [
            none,
            *(
                failed(
                    records.filter(~is_word(f"s:{header}", words)),
                    pl.lit("record_word_unknown"),
                    measure=header,
                    raw=f"s:{header}",
                    column=header,
                    words=", ".join(dict.fromkeys(word or "∅" for word in words)),
                )
                for header, words in known.items()
            ),
        ]
    )


def key_parts(mapping: ExportMapping) -> list[pl.Expr]:
    """Parts of the key in the form in which they are compared."""
    return [
        in_form(pl.col(k if k in mapping.columns or k == "reason_code" else f"s:{k}").cast(pl.String), mapping.key_form)
        for k in mapping.key
    ]


def keyed(mapping: ExportMapping, rows: pl.DataFrame) -> pl.DataFrame:
    """Adds ``record_key`` and, for output, ``is_cancelled`` and ``cancels_key``."""
    rows = rows.with_columns(record_key=_key(mapping, key_parts(mapping)))
    if mapping.kind != "output":
        return rows
    rule = mapping.cancelled
    other = (rule.reverses or rule.replaces) if rule else []
    parts = [in_form(pl.col(f"s:{h}"), mapping.key_form) for h in other]
    named = _names_another(mapping)
    withdrawn = is_word(f"s:{rule.column}", rule.words) if rule and rule.column else pl.lit(value=False)
    return rows.with_columns(
        cancels_key=pl.when(named).then(_key(mapping, parts)) if parts else pl.lit(None, pl.String),
        is_cancelled=withdrawn | (named if rule and rule.reverses else pl.lit(value=False)),
    )


def unlinked(mapping: ExportMapping, rows: pl.DataFrame) -> pl.DataFrame:
    """Corrections that do not say what they correct: whether both count, nobody can tell."""
    rule = mapping.cancelled
    claimed = is_word(f"s:{rule.claimed.column}", rule.claimed.words) if rule and rule.claimed else pl.lit(value=False)
    lost = rows.filter(claimed & ~_names_another(mapping))
    header = rule.claimed.column if rule and rule.claimed else ""
    return failed(lost, pl.lit("record_without_original"), measure=header, raw=None)


def _names_another(mapping: ExportMapping) -> pl.Expr:
    """Whether a record names the one that it withdraws; 0, 000 and a blank say that there is none."""
    other = (mapping.cancelled.reverses or mapping.cancelled.replaces) if mapping.cancelled else []
    parts = [pl.col(f"s:{h}").str.strip_chars().str.strip_chars_start("0").fill_null("") != "" for h in other]
    return pl.all_horizontal(parts) if parts else pl.lit(value=False)


def keyless(mapping: ExportMapping, rows: pl.DataFrame) -> pl.DataFrame:
    """Records without any part of their key: which of them are the same, nobody can tell."""
    blank = pl.all_horizontal(p.is_null() | (p == "") for p in key_parts(mapping))
    key = ", ".join(mapping.key)
    return failed(rows.filter(blank), pl.lit("record_without_key"), measure=key, raw=None, key=key)


def _key(mapping: ExportMapping, parts: list[pl.Expr]) -> pl.Expr:
    return pl.concat_str([pl.lit(mapping.id), *(p.fill_null("") for p in parts)], separator="|")
