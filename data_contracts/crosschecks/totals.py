"""Totals that a report states, beside what its own rows add up to. Which rules use it: numbers 1 and 13."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from data_contracts.crosschecks.base import COMPARED, KEY, SOURCE, Evidence, compared, place, whole_reports


def stated_totals(evidence: Evidence, tables: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """COMPARED: one row per stated total of a table and sheet. ``tables``: frame of the evidence to its measures."""
    parts = [pl.DataFrame(schema=COMPARED)]
    for table, measures in tables.items():
        frame = whole_reports(evidence, getattr(evidence, table))
        for measure in measures:
            value, cell = pl.col(measure), f"{measure}_cell"
            sums = (
                frame.filter(value.is_not_null())
                .group_by(*SOURCE)
                .agg(
                    *(pl.col(k).first() for k in KEY),
                    pl.col("order_id").drop_nulls().first(),
                    value.filter("is_total").last().alias("stated"),
                    pl.col(cell).filter("is_total").last().alias("stated_cell"),
                    value.filter(~pl.col("is_total")).sum().alias("sum"),
                    value.filter(~pl.col("is_total")).alias("values"),
                    place(cell).alias("cells"),
                )
            )
            parts.append(
                compared(
                    # A plan for the whole shift needs no plan for its hours.
                    sums.filter(
                        pl.col("stated").is_not_null(),
                        (pl.col("values").list.len() > 0) | pl.lit(measure != "planned_qty"),
                    ),
                    measure=measure,
                    subject=table,
                    reported_value=pl.col("stated"),
                    reference_value=pl.col("sum"),
                    source_cell=pl.col("stated_cell"),
                    reference_parts=pl.col("values"),
                )
            )
    return pl.concat(parts)
