"""What each word of a layout, a mapping, a source and site.toml means. A word without a line here fails the tests."""

from __future__ import annotations

LAYOUT: dict[str, dict[str, str]] = {
    "Layout": {
        "id": "Short name: small letters, digits and hyphens. Stored with every report it reads.",
        "title_zh": "Name for people, Chinese.",
        "title_en": "Name for people, English.",
        "decimal": "Decimal sign of numbers that were typed as text. The other sign separates thousands.",
        "clock": "How a time that was typed as a number is meant: `.` (11.30 is half past eleven) or `decimal` (11.5 "
        "is half past eleven). With `:` such a number is refused.",
        "zone": "Clock of the times: `plant` (the plant's own), `UTC`, or an IANA zone.",
        "units": "More words for units: word to `pcs`, `pack`, `kg`, `g`, `min`, `h`, `pct` or `share` (1 is 100 %).",
        "ignore_sheets": "Regular expressions. Sheets with such names may lie in a workbook of this layout and are not "
        "refused for following no layout.",
        "blocks": "`[blocks]`: the sheet holds several blocks that look alike, see *Blocks*.",
        "period": "`[period]`: the month that file or sheet are about, see *Period*.",
        "fields": "What a sheet says once, outside its tables: `[fields]`, one line a field, see *Source*.",
        "tables": "The tables of a sheet: `[tables.NAME]`, see *LayoutTable*. NAME is free.",
    },
    "Blocks": {
        "start": "Label with which a block begins, or several spellings. `#` in it stands for a number: `订单#`.",
        "direction": "`down`: below each other. `across`: beside each other. `both`: in rows and columns.",
    },
    "Period": {
        "file_name": "Regular expression with the groups `year` and `month`, or one of them.",
        "sheet_name": "The same on the name of the sheet, which wins over the file's.",
    },
    "Source": {
        "label": "Text of the cell to the left of the value. The value is the first cell to its right that is not "
        "blank, at most 8 columns away and before the next known label.",
        "value_at": "`right`: see `label`. `below`: the value is the cell right below the label. `inside`: label and "
        "value stand in one cell, as in `日期：2026-03-04`.",
        "cell": "A fixed cell such as `C3`; in a sheet with blocks counted from the block's first cell.",
        "pattern": "Regular expression: the part of the text found that counts, its group or all of it. Without label "
        "and cell it is looked for in every text of the sheet or block; two different hits are refused. Of a date the "
        "groups may be called `year`, `month` and `day`.",
        "formats": "Formats of a date that was typed as text, such as `%d.%m.%Y`. Without them: 2026-11-23, "
        "2026/11/23, 2026.11.23, 20261123 and 2026年11月23日.",
        "aliases": "Text as written to the code that is meant. Names and aliases of master data need no line here.",
        "optional": "The label may be missing.",
        "required_on": "Regular expression: on sheets with such a name the label must be there, though it is optional "
        "on others.",
        "sheet": "Regular expression: label, cell or pattern stand on the sheet with such a name, and hold for all "
        "sheets of the file that follow this layout.",
        "sheet_name": "Regular expression on the sheet's name; its first group, or all of it, is the value. Of a date "
        "the groups may be called `year`, `month` and `day`, and the file's name may give those that the sheet's does "
        "not: `'^(?P<day>\\d+)$'` for sheets 1 to 31.",
        "file_name": "The same on the file's name without its ending, such as `'(?P<year>\\d{4})-(?P<month>\\d\\d)'`.",
        "const": "The value itself, where a workbook never says it.",
    },
    "LayoutTable": {
        "into": "What a row is: `output`, `stop`, `defect`, `wip` (a line of a ledger of work in process) or `shift` "
        "(figures of the whole shift: people, counters, packing, material, percentages).",
        "sheet": "Regular expression: the table stands only on sheets with such a name. Lets one layout span sheets.",
        "optional": "The table may be missing.",
        "across": "Records stand side by side, headers in a column. All words then mean columns for rows and the other "
        "way round: `left_of` is above, a total is a column.",
        "repeat": "The header comes again further down: one table in pieces.",
        "columns": "`[tables.NAME.columns]`: one line a measure, see *Column*. With `measure_from` a column `value` "
        "holds what the row names.",
        "wide": "`[[tables.NAME.wide]]`: a column for each code or hour, see *Wide*.",
        "group": "`[tables.NAME.group]`: an upper header row, see *Group*; `[[tables.NAME.group]]`: several, the "
        "uppermost first.",
        "measure_from": "`[tables.NAME.measure_from]`: the row names its measure, see *MeasureFrom*.",
        "cells": "`[tables.NAME.cells]`: a form instead of a table, one line a measure, see *FormCell*.",
        "total": "Texts that mark a total. Its row is kept beside the sums, never added to them.",
        "skip": "Regular expressions. A row whose first filled cell matches is a note.",
        "end": "Texts that end the table. The header of the next table ends it too.",
        "ignore": "Headers that are known and not read. A header that nobody names is refused.",
        "key_from": "Name of another table of the same file: a row takes line, day and shift from the row there with "
        "the same order.",
    },
    "Column": {
        "header": "Text of the header, or several spellings. Width, case, blanks and a closing colon do not count.",
        "left_of": "For a column without a header: the header of the column to its right.",
        "under": "Tells equal headers apart: the header counts only below this text of the row above it.",
        "optional": "The column may be missing.",
        "fill_down": "A blank cell means what stands above it, as in merged cells.",
        "unit": "Unit of its numbers when it is not the contract's: one for all headers, or "
        '`{ "产量(箱)" = "pack" }`. A unit in the cell, as in `12箱`, wins.',
        "signs": "Signs that may stand beside a number and do not count, such as `%` or `€`. Others are refused.",
        "formats": "For dates and times: formats of what was typed as text, such as `%d.%m.%Y` or `%Hh%M`.",
        "aliases": "For texts: as written to the code that is meant.",
    },
    "Wide": {
        "pattern": "Instead of `headers`: all headers that match; the group, or all of the text, is the value.",
        "formats": "When the headers are dates or times: their formats.",
        "into": "`stop` (cells are minutes) or `defect` (cells are pieces); the headers are their codes.",
        "field": "Instead of `into`: what the headers say, such as `hour_start`. Cells of one row under one header "
        "make one record.",
        "measure": "With `field`: what the cells are; not when the row names it (`measure_from`).",
        "headers": "Header to value. All of them must be there.",
        "over": "A text that must stand in the row above the headers. Only headers below it count.",
        "unit": "Unit of the numbers when it is not the contract's.",
        "signs": "Signs that may stand beside a number and do not count.",
    },
    "Group": {
        "pattern": "Instead of `labels`: all texts that match; the group, or all of the text, is the value.",
        "formats": "When the texts are dates or times: their formats.",
        "field": "What the upper row says: `shift_id`, `line_id`, `production_date`, `hour_start`, `order_id`, "
        "`product_id` or another column that is no quantity.",
        "labels": "Text of the upper row to the value. It counts for the columns up to the next such text.",
    },
    "MeasureFrom": {
        "header": "Header of the column that names the measure.",
        "left_of": "When that column has no header: the header of the column to its right.",
        "labels": "Text as written to the measure. Texts that are to be left out go into the table's `ignore`; others "
        "are refused.",
        "units": "Text as written to the unit of its numbers, when it is not the contract's.",
    },
    "FormCell": {
        "label": "Text beside the value, see *Source*.",
        "value_at": "`right`, `below` or `inside`, see *Source*.",
        "cell": "A fixed cell instead.",
        "pattern": "Regular expression: the part of the text found that counts.",
        "formats": "Formats of dates and times typed as text.",
        "aliases": "For texts: as written to the code that is meant.",
        "optional": "The label may be missing.",
        "unit": "Unit of the number when it is not the contract's.",
        "signs": "Signs that may stand beside the number and do not count.",
    },
}

EXPORT: dict[str, dict[str, str]] = {
    "ExportMapping": {
        "id": "Short name: small letters, digits and hyphens. Stored with every record it reads.",
        "title_zh": "Name for people, Chinese.",
        "title_en": "Name for people, English.",
        "quirks": "What is peculiar to this export, sentence by sentence. Stands in the list of exports.",
        "kind": "What a record is: `output`, `stop`, `order`, `material` (used) or `attendance`.",
        "format": "`csv` (any delimited text), `json`, `xml` or `workbook`; or several of which the file is one.",
        "file_name": "Patterns with `*` and `?` for the file's name; case does not count. A hint: columns decide, the "
        "name settles it where several mappings have the same ones. A mapping with a `const` needs its name.",
        "header_row": "Row of the header, from 1; when it is blank, the next filled one. Titles above it are left out.",
        "delimiter": "`auto`, or the character.",
        "encoding": "`auto` looks for a BOM and for UTF-16, then tries UTF-8, GB18030 and cp1252; "
        "or a Python name such as `utf-16-le`.",
        "decimal": "Decimal sign of numbers written as text. `auto` finds it over all numbers of a file; a number such "
        "as 1,234 is held back where no other one tells what it means.",
        "records": "For `json`: path to the list of records, with dots; of several the first that is there. For `xml`: "
        "the elements that are records, such as `SegmentResponse/MaterialActual[MaterialUse=Produced]`.",
        "repeat": "For `json`: a list inside each record; each of its items becomes a record, with its fields as "
        "`list.field` beside those of the record around it.",
        "sheet": "For `workbook`: name of the sheet; default the first.",
        "fill_down": "Headers that only the first line of a group carries; a filled cell of the first of them begins "
        "a group.",
        "blank": "Texts that mean nothing, such as `false` or `00000000`.",
        "skip": '`[skip]`: header to words. Records that say one of them are none of this kind; `""` is a blank.',
        "zone": "Clock of times without an offset: `plant` (the plant's own), `UTC`, or an IANA zone.",
        "counting": "`counter` or `manual`: how the MES got its figures. Rule 17 is stricter with a counter.",
        "key": "Columns, by the file's header or by the contract's name, that identify a record. A record that comes "
        "again replaces the former one. Blanks around a key never count.",
        "key_form": "How keys are compared: `upper` (case does not count), `unpad` (0001234 is 1234).",
        "units": "`[units]`: a unit as the file writes it to `piece`, `dozen`, `thousand`, `pack`, `kg` or `g`. Usual "
        'ones such as ST, PC, EA, KAR, CS, KG and 件 need no line; `""` is a blank.',
        "cancelled": "`[cancelled]`: how records are withdrawn, see *Cancelled*.",
        "columns": "`[columns]`: one line a column of the contract, see *ExportColumn*. `record_id` is read for the "
        "key alone.",
        "wide": "`[wide]`: a column for each stop reason, see *WideExport*.",
        "ignore": "Headers that are known and not read.",
        "unknown": "`refuse`: a header that nobody names refuses the file. `ignore`: it is passed over.",
    },
    "ExportColumn": {
        "from": "Header in the file, or several; the first one that has a value counts. In JSON a path with dots "
        "(`workcenter_id.1`), in XML one with slashes (`Quantity/UnitOfMeasure`, `Value[ID=x]/@unit`, "
        "`ancestor::SegmentResponse/ID`).",
        "join": "Headers whose texts are read as one, with a blank between: a date and a time.",
        "const": "The value itself, where the file never says it.",
        "optional": "The column may be missing.",
        "formats": "Formats of dates and times, such as `%d.%m.%Y %H:%M`.",
        "aliases": "Text as written to the code that is meant.",
        "scale": "Factor to the contract's unit: 12 for dozens, 0.0166667 for seconds to minutes.",
        "unit": "Header in which the unit stands; the quantity is brought to pieces, with pack size and piece weight "
        "of the product.",
        "when": "Only in records where another column says something, see *When*.",
        "once": "Headers that name a group: of all its records in a file only the first gives the value.",
        "pattern": "Regular expression; its group is the value where it fits: `'^\\[([^\\]]+)\\]'` for `[A1] Gear`.",
        "form": "`upper` or `unpad`, as `key_form`, for codes that other sources write differently.",
    },
    "When": {
        "column": "Header of the other column.",
        "is": "What it says. A word that no column of the mapping waits for holds the record back.",
    },
    "Cancelled": {
        "column": "Header of a flag.",
        "is": "What the flag says of a record that was withdrawn.",
        "is_not": "What it says of one that was not; default: it is blank. Another word holds the record back.",
        "reverses": "Headers that name the record which this one takes back, in the order of `key`. Neither counts. "
        "A blank or 0 in one of them names none.",
        "replaces": "The same, but this record counts in the other one's place.",
        "claimed": "A flag of records that must name another one, see *When*; one that does not is held back.",
    },
    "WideExport": {
        "field": "What the headers say.",
        "value": "What the cells say.",
        "headers": "Header to code. All of them must be there.",
    },
}

SOURCE: dict[str, dict[str, str]] = {
    "Source": {
        "id": "Short name: small letters, digits and hyphens. Names the variable of the address.",
        "title_zh": "Name for people, Chinese.",
        "title_en": "Name for people, English.",
        "mapping": "Id of the export mapping that says what the columns mean.",
        "query": "One `SELECT` or `WITH … SELECT`. Its columns are those of the mapping and the watermark.",
        "table": "Instead of `query`: a table or view, `name` or `schema.name`.",
        "columns": "With `table`: its columns that are read. Without it: all of them.",
        "watermark": "Column that grows when a row is added or changed: a number, a time, or the text of a time "
        "such as 2026-11-02 06:30:00. No row may leave it blank.",
        "start": "Watermark from which the first load reads. Without it: everything.",
        "overlap_min": "So many minutes before the last watermark are read again, when it is a time.",
        "overlap_steps": "So many steps before the last watermark are read again, when it is a number.",
        "batch_rows": "Rows in one snapshot.",
        "load_rows": "Most new rows one load takes; the next load goes on.",
        "timeout_s": "Most time a load spends on this database, s.",
    },
}

SITE: dict[str, dict[str, str]] = {
    "site": {
        "id": "Short name of the site. It stays.",
        "name": "Name for people.",
        "language": "Language of texts that are stored with the data: reasons for files held back.",
    },
    "plant": {
        "id": "Code of the plant, as in `master/line.csv`. A folder of that name in the inbox says whose file it is.",
        "name_zh": "Name in Chinese.",
        "name_en": "Name in English.",
        "timezone": "IANA zone, such as `Asia/Shanghai`.",
    },
    "consolidation": {
        "good_qty": "Which source wins: `mes`, `report`, `larger`, `smaller` or `decision`. The other one fills gaps.",
        "scrap_qty": "The same for scrap.",
        "rework_qty": "The same for rework.",
        "planned_qty": "The same for the plan.",
    },
    "decisions": {
        "second_person_qty": "Pieces by which a decision may change a value before a second person has to approve it.",
        "second_person_min": "The same in minutes, where the stops of one side are accepted.",
        "second_person_share": "The same as a share of the value that was in force; the larger of both holds.",
        "second_person_waiver_days": "Days beyond which a waiver has to be approved.",
    },
    "period": {"closed_through": "Last closed production day. Reports up to it are blocked (rule 44)."},
    "expectation": {
        "warning_after_h": "Hours after the shift's end at which a missing report is a warning.",
        "error_after_h": "Hours at which it is an error.",
        "horizon_days": "Days after a plant's last sign of life in which reports are still expected.",
    },
    "rollout": {
        "days": "Working days in a row that must hold before a line goes on to the next stage.",
        "equal_share": "Share of the values that report and MES both state which must be equal.",
    },
    "value": {
        "currency": "Currency of both costs.",
        "cost_per_hour": "What an hour of a person costs; without it no payback is told.",
        "one_off_cost": "What was paid once, such as licences or machines.",
    },
    "alert": {
        "id": "Short name; its service's address stands in `SHIFTLEDGER_ALERT_<ID>_URL` with `_` for `-`.",
        "scope": "Part of the company: `P1`, `P1/A1`, `P1/A1/L01`, several separated by commas; `*` for all.",
        "events": "What it is told of; `[]` for a route that only gets digests.",
        "severities": "Differences of these severities are told.",
        "quiet": "Hours of the plant's clock in which nothing is sent, `22:00-06:00`; it waits until they are over.",
        "digest_at": "Local time of a daily digest, `07:00`; blank: none.",
        "language": "Language of its messages; both: Chinese first.",
    },
    "retention": {
        "originals_months": "Months for which originals are kept at least; `shiftledger retire` refuses younger ones.",
    },
    "limits": {
        "memory_mb": "Memory of the process that reads one file, MB.",
        "cpu_s": "Its processor time, s.",
        "wall_s": "Its time on the clock, s.",
        "file_mb": "Largest file that is read, MB.",
        "workers": "Processes that read at the same time; 0: as many as there are processors, at most 4.",
    },
}
