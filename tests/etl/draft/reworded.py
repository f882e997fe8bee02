"""A generated workbook with other words in its headers and labels: synonyms that no shipped layout holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random

from etl.normalize.labels import fold
from etl.simulate.workbooks.book import Made

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "日期": ("生产日期", "填报日期"),
    "班次": ("班别", "当班班次"),
    "线别": ("生产线", "产线名称"),
    "班长": ("当班班长", "带班组长"),
    "工单号": ("生产工单", "工单编号"),
    "计划号": ("派工单号", "生产计划单号"),
    "产品型号": ("产品编号", "物料编号"),
    "产品编码": ("产品料号", "物料代码"),
    "机台": ("设备编号", "机台编号"),
    "时段": ("时间段", "小时段"),
    "计划": ("目标产量", "计划数量"),
    "实际": ("实际产量", "合格产量"),
    "良品": ("合格品数", "良品数量"),
    "合格": ("良品数", "合格数量"),
    "不良": ("不合格数", "不良品数"),
    "废品": ("报废数", "不良品"),
    "废料": ("报废数量", "损耗数"),
    "停机(min)": ("停线时间(min)", "停机时长(min)"),
    "停机(分)": ("停线时间(分)", "停机时长(分)"),
    "累计": ("累计产量",),
    "备注": ("备注说明", "情况备注"),
    "合计": ("总计",),
    "开始": ("开始时间", "起始时刻"),
    "结束": ("结束时间", "恢复时间"),
    "分钟": ("时长(分钟)", "停机分钟数"),
    "原因代码": ("停机原因代码", "故障代码"),
    "描述": ("现象描述", "情况描述"),
    "代码": ("不良代码", "缺陷代码"),
    "数量": ("不良数量", "件数"),
    "上期结存": ("期初结存", "上日结余"),
    "领料": ("领用数量", "本日领料"),
    "批次": ("生产批号", "批次编号"),
    "入库": ("入库数量", "成品入库"),
    "发货": ("出货数量", "发货数量"),
    "期末结存": ("本期结余", "期末库存"),
    "设备": ("机台编号", "加工设备"),
    "工时": ("人工工时", "工时数"),
    "模具": ("模具编号",),
    "模次": ("合模次数", "啤数"),
    "模穴": ("型腔数", "穴数"),
    "总数": ("生产总数", "总产量"),
    "计数器始": ("起始计数", "班初计数"),
    "计数器末": ("终止计数", "班末计数"),
    "操作工": ("作业员", "操作人员"),
    "Stunde / Hour": ("Uhrzeit / Time", "Zeitfenster"),
    "Soll / Target": ("Sollmenge", "Vorgabe"),
    "Gut / Good": ("Gutteile", "Gutmenge"),
    "Ausschuss / Scrap": ("Ausschussteile", "Schlechtteile"),
    "Stillstand / Downtime": ("Stillstandszeit", "Ausfallzeit (min)"),
    "Datum / Date": ("Produktionsdatum",),
    "Schicht / Shift": ("Schichtname",),
    "Linie / Line": ("Fertigungslinie",),
    "Auftrag / Order": ("Auftragsnummer",),
    "Artikel / Item": ("Artikelnummer",),
    "LINE": ("PRODUCTION LINE", "LINE NO"),
    "CODE": ("ITEM CODE", "PART NO"),
    "PLAN": ("TARGET", "PLANNED"),
    "ACTUAL": ("OUTPUT", "GOOD PCS"),
    "GOOD": ("OK PARTS", "GOOD QTY"),
    "SCRAP": ("REJECTS", "NG"),
    "DOWN MIN": ("STOP MINUTES", "DOWNTIME"),
    "HOUR": ("TIME SLOT", "CLOCK HOUR"),
    "TOTAL": ("SUM",),
    "SHIFT": ("CREW SHIFT", "SHIFT NAME"),
    "ITEM": ("ITEM NUMBER", "ARTICLE"),
    "ORDER": ("WORK ORDER", "JOB NO"),
    "Line": ("Machine", "Line no"),
    "From": ("Start", "Start time"),
    "To": ("End", "End time"),
    "Min": ("Minutes", "Duration"),
    "Reason": ("Cause", "Stop reason"),
}


def reworded(made: Made, seed: int) -> Made:
    """The same workbook; a header and its repetitions get the same new word."""
    random = Random(seed)  # noqa: S311
    said = {fold(word): random.choice(others) for word, others in SYNONYMS.items()}
    for page in made.book.pages:
        for place, cell in page.cells.items():
            if isinstance(cell.content, str) and not cell.formula:
                page.cells[place] = replace(cell, content=_other(cell.content, said))
    return made


def _other(text: str, said: Mapping[str, str]) -> str:
    """The new word for a text, or for the Chinese half of a bilingual one."""
    half = text.split(" ", maxsplit=1)[0] if text[:1] > "\u3400" else text
    return said.get(fold(text)) or said.get(fold(half) if half != text else "") or text
