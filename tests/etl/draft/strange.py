"""Workbooks of plants that never were: other languages, other orders of columns, other titles, junk beside the data.

Words stand here on their own, not taken from the vocabulary of the drafts. A seed makes one workbook with what must be
read out of it. Seeds from 1000 on were never looked at while the drafts were written: only their figure is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random

from etl.simulate.workbooks.book import Book, Made, Page, Record

Values = dict[str, tuple[object, str | None]]
SHIFTS = {"early": ("早班", "Early"), "late": ("中班", "Late"), "night": ("夜班", "Night")}
LINES = {"L01": ("1号线", "Line 1"), "L03": ("3号线", "Line 3"), "L05": ("5号线", "Line 5")}
PRODUCTS = ("HX-1040", "HX-1062", "BR-2205", "BR-2217")
DEFECTS = {"Q01": ("划伤", "Scratch"), "Q03": ("毛刺", "Burr"), "Q05": ("变形", "Deformation")}
REASONS = {
    "D01": ("设备故障", "Machine breakdown"),
    "D02": ("缺料", "Material shortage"),
    "S01": ("换型", "Changeover"),
}

HEADERS: dict[str, dict[str, tuple[str, ...]]] = {
    "zh": {
        "production_date": ("生产日期", "日期", "填报日"),
        "shift_id": ("班次", "班别", "生产班次"),
        "line_id": ("生产线", "线别", "产线编号"),
        "product_id": ("产品编码", "料号", "产品货号"),
        "order_id": ("生产工单", "工单编号", "派工单号"),
        "planned_qty": ("计划产量", "目标数", "计划数(件)"),
        "good_qty": ("合格品数", "良品数量", "实际完成"),
        "scrap_qty": ("不合格品", "报废数量", "不良品数"),
        "stop_min": ("停机时间(分)", "停线分钟", "停机时长(min)"),
        "note": ("备注", "备注说明", "情况说明"),
        "hour_start": ("时间段", "时段", "小时段"),
        "start_at": ("开始时间", "停机开始", "起始时刻"),
        "end_at": ("结束时间", "停机结束", "恢复时刻"),
        "downtime_min": ("时长(分钟)", "停机分钟数", "分钟"),
        "reason_code": ("停机原因", "原因代码", "故障原因"),
        "leader": ("当班班长", "组长姓名"),
        "total": ("合计", "总计"),
        "junk": ("客户代码", "环境温度", "模温机编号"),
        "title": ("生产日报", "车间产量统计表"),
        "notes": ("备注：本班设备点检正常",),
    },
    "en": {
        "production_date": ("Date", "Prod. date", "Day of production"),
        "shift_id": ("Shift", "Shift name", "Work shift"),
        "line_id": ("Line", "Production line", "Line ID"),
        "product_id": ("Part number", "Item code", "Product no."),
        "order_id": ("Work order", "Job no.", "Production order"),
        "planned_qty": ("Target", "Planned pcs", "Plan qty"),
        "good_qty": ("Good pcs", "OK parts", "Actual good"),
        "scrap_qty": ("Rejects", "Scrap pcs", "NG pcs"),
        "stop_min": ("Downtime (min)", "Stop minutes", "Lost time min"),
        "note": ("Remarks", "Comments", "Notes"),
        "hour_start": ("Hour", "Time slot", "From hour"),
        "start_at": ("Start", "From", "Stop began"),
        "end_at": ("End", "To", "Restarted"),
        "downtime_min": ("Minutes", "Duration (min)", "Min lost"),
        "reason_code": ("Reason", "Cause", "Stop reason"),
        "leader": ("Team leader", "Shift supervisor"),
        "total": ("Total", "Sum"),
        "junk": ("Temp C", "Forklift", "Pallet type"),
        "title": ("Daily production", "Output of the hall"),
        "notes": ("Note: checked at start of shift",),
    },
    "de": {
        "production_date": ("Datum", "Produktionstag"),
        "shift_id": ("Schicht", "Schichtname"),
        "line_id": ("Linie", "Fertigungslinie"),
        "product_id": ("Artikelnummer", "Teilenummer"),
        "order_id": ("Auftrag", "Auftragsnr."),
        "planned_qty": ("Soll", "Sollstückzahl"),
        "good_qty": ("Gutmenge", "Gutteile"),
        "scrap_qty": ("Ausschuss", "Ausschussmenge"),
        "stop_min": ("Stillstand (min)", "Ausfallminuten"),
        "note": ("Bemerkung", "Bemerkungen"),
        "hour_start": ("Stunde", "Uhrzeit"),
        "start_at": ("Beginn", "Von"),
        "end_at": ("Ende", "Bis"),
        "downtime_min": ("Dauer (min)", "Minuten"),
        "reason_code": ("Ursache", "Störgrund"),
        "leader": ("Schichtleiter", "Schichtführer"),
        "total": ("Summe", "Gesamt"),
        "junk": ("Temperatur", "Stapler"),
        "title": ("Tagesbericht Fertigung",),
        "notes": ("Hinweis: Maschine gereinigt",),
    },
    "es": {
        "production_date": ("Fecha", "Día"),
        "shift_id": ("Turno",),
        "line_id": ("Línea", "Línea de montaje"),
        "product_id": ("Código producto", "Referencia"),
        "order_id": ("Orden", "Orden de trabajo"),
        "planned_qty": ("Objetivo", "Plan de piezas"),
        "good_qty": ("Piezas buenas", "Buenas"),
        "scrap_qty": ("Rechazos", "Piezas malas"),
        "stop_min": ("Paro (min)", "Minutos de parada"),
        "note": ("Observaciones",),
        "hour_start": ("Hora", "Franja"),
        "start_at": ("Inicio", "Hora inicio"),
        "end_at": ("Fin", "Hora fin"),
        "downtime_min": ("Duración (min)", "Minutos"),
        "reason_code": ("Motivo", "Causa de paro"),
        "leader": ("Jefe de turno", "Encargado"),
        "total": ("Total",),
        "junk": ("Temperatura", "Carretilla"),
        "title": ("Parte diario de producción",),
        "notes": ("Nota: máquina limpia",),
    },
    "pl": {
        "production_date": ("Data", "Dzień produkcji"),
        "shift_id": ("Zmiana",),
        "line_id": ("Linia", "Linia produkcyjna"),
        "product_id": ("Indeks", "Kod wyrobu"),
        "order_id": ("Zlecenie", "Nr zlecenia"),
        "planned_qty": ("Plan", "Plan szt."),
        "good_qty": ("Sztuki dobre", "Dobre szt."),
        "scrap_qty": ("Braki", "Ilość braków"),
        "stop_min": ("Postój (min)", "Przestoje min"),
        "note": ("Uwagi",),
        "hour_start": ("Godzina",),
        "start_at": ("Początek", "Od"),
        "end_at": ("Koniec", "Do"),
        "downtime_min": ("Czas (min)", "Minuty"),
        "reason_code": ("Przyczyna", "Powód postoju"),
        "leader": ("Brygadzista", "Kierownik zmiany"),
        "total": ("Razem", "Suma"),
        "junk": ("Temperatura", "Wózek"),
        "title": ("Raport dzienny produkcji",),
        "notes": ("Uwaga: maszyna wyczyszczona",),
    },
    "vi": {
        "production_date": ("Ngày", "Ngày sản xuất"),
        "shift_id": ("Ca", "Ca làm việc"),
        "line_id": ("Chuyền", "Dây chuyền số"),
        "product_id": ("Mã hàng", "Mã sản phẩm"),
        "order_id": ("Lệnh sản xuất", "Số lệnh"),
        "planned_qty": ("Kế hoạch", "Chỉ tiêu"),
        "good_qty": ("Hàng đạt", "Sản lượng đạt"),
        "scrap_qty": ("Hàng lỗi", "Phế phẩm"),
        "stop_min": ("Dừng máy (phút)", "Thời gian dừng (phút)"),
        "note": ("Ghi chú",),
        "hour_start": ("Giờ", "Khung giờ"),
        "start_at": ("Bắt đầu", "Từ"),
        "end_at": ("Kết thúc", "Đến"),
        "downtime_min": ("Số phút", "Phút"),
        "reason_code": ("Nguyên nhân", "Lý do dừng"),
        "leader": ("Tổ trưởng", "Trưởng ca"),
        "total": ("Tổng cộng", "Tổng"),
        "junk": ("Nhiệt độ", "Xe nâng"),
        "title": ("Báo cáo sản xuất ngày",),
        "notes": ("Ghi chú: máy bình thường",),
    },
}
TITLES_OF_STOPS = {
    "zh": "停机记录", "en": "Downtime log", "de": "Stillstände",
    "es": "Registro de paradas", "pl": "Przestoje", "vi": "Nhật ký dừng máy",
}  # fmt: skip


class _Writer:
    """One plant: its language, its words, its habits."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311
        self.language = self.random.choice(list(HEADERS))
        self._said: dict[str, str] = {}
        self.day = date(2026, 2, 3) + timedelta(days=self.random.randrange(20))
        self.chinese = 0 if self.language == "zh" else 1
        self.upper = self.language != "zh" and self.random.random() < 0.2

    def word(self, meaning: str) -> str:
        """The word of this plant for something; a plant keeps to its words."""
        if meaning not in self._said:
            text = self.random.choice(HEADERS[self.language][meaning])
            self._said[meaning] = text.upper() if self.upper else text
        return self._said[meaning]

    def quantities(self, names: Sequence[str]) -> dict[str, int]:
        """Numbers as a shift has them."""
        good = self.random.randrange(200, 900)
        every = {
            "planned_qty": good + self.random.randrange(-30, 60),
            "good_qty": good,
            "scrap_qty": self.random.randrange(0, 25),
            "stop_min": self.random.choice([0, 0, 5, 12, 25, 40]),
        }
        return {name: every[name] for name in names}


def strange_book(seed: int) -> Made:
    """One workbook of a plant that never was."""
    writer = _Writer(seed)
    kinds: tuple[Callable[[_Writer], Made], ...] = (_list, _sheets, _groups, _across)
    return writer.random.choice(kinds)(writer)


def _head(writer: _Writer, page: Page, most: int = 3) -> int:
    """A title and blank rows; the row that is free."""
    row = 0
    if writer.random.random() < 0.7:
        page.put(0, writer.random.randrange(2), writer.word("title"))
        row = 1 + writer.random.randrange(1, most)
    return row


def _date_cell(writer: _Writer, page: Page, row: int, column: int, day: date, way: str) -> str:
    text = {"text": day.isoformat(), "point": f"{day:%d.%m.%Y}", "zh": f"{day.year}年{day.month}月{day.day}日"}
    return page.put(row, column, text.get(way, day))


def _list(writer: _Writer) -> Made:
    """A flat list, keys and quantities in any order, junk columns between."""
    random, book = writer.random, Book()
    page = book.page(random.choice(["Sheet1", "Data", "一月"]))
    top = _head(writer, page)
    quantities = ["good_qty", *random.sample(["planned_qty", "scrap_qty", "stop_min"], random.randrange(1, 4))]
    more = random.sample(["product_id", "order_id", "note"], random.randrange(0, 4))
    coded = "scrap_qty" not in quantities and random.random() < 0.6
    columns = ["production_date", "shift_id", "line_id", *more, *quantities]
    random.shuffle(columns)
    if coded:
        columns += [f"code:{code}" for code in DEFECTS]
    if random.random() < 0.5:
        columns.insert(random.randrange(len(columns) - 3 * coded), "junk")
    for n, name in enumerate(columns):
        text = DEFECTS[name[5:]][writer.chinese] if name.startswith("code:") else writer.word(name)
        page.put(top, n, text)
    way = random.choice(["date", "date", "text", "point" if writer.language in {"de", "pl"} else "date"])
    records: list[Record] = []
    row = top + 1
    for offset in range(random.randrange(2, 5)):
        for line in random.sample(list(LINES), random.randrange(1, 3)):
            for shift in SHIFTS:
                day = writer.day + timedelta(days=offset)
                records += _list_row(writer, page, row, columns, (line, day, shift), way)
                row += 1
    if random.random() < 0.6:
        _totals(writer, page, row, top + 1, columns)
        row += 1
    if random.random() < 0.4:
        page.put(row + 1, 0, writer.word("notes"))
    return Made(f"list {writer.day:%Y%m}", book, tuple(records), {}, {})


def _list_row(  # noqa: C901 - one branch a kind of column
    writer: _Writer, page: Page, row: int, columns: Sequence[str], key: tuple[str, date, str], way: str
) -> list[Record]:
    line, day, shift = key
    numbers = writer.quantities([c for c in columns if c in {"planned_qty", "good_qty", "scrap_qty", "stop_min"}])
    report_id = f"P1/{line}/{day}/{shift}"
    values: Values = {}
    found: list[Record] = []
    for n, name in enumerate(columns):
        if name == "production_date":
            _date_cell(writer, page, row, n, day, way)
        elif name == "shift_id":
            page.put(row, n, SHIFTS[shift][writer.chinese])
        elif name == "line_id":
            page.put(row, n, LINES[line][writer.chinese])
        elif name == "product_id":
            values[name] = (product := writer.random.choice(PRODUCTS), page.put(row, n, product))
        elif name == "order_id":
            values[name] = (order := f"WO-{line}-{day:%d}{shift[0]}", page.put(row, n, order))
        elif name == "note" and writer.random.random() < 0.3:
            values[name] = ("ok", page.put(row, n, "ok"))
        elif name == "junk":
            page.put(row, n, writer.random.choice(["a", "b", "c"]))
        elif name in numbers:
            values[name] = (numbers[name], page.put(row, n, numbers[name]))
        elif name.startswith("code:") and writer.random.random() < 0.7:
            count = writer.random.randrange(1, 9)
            code: Values = {"scrap_qty": (count, page.put(row, n, count)), "defect_code": (name[5:], None)}
            found.append(Record("report_defect", report_id, page.name, code))
    return [*found, Record("report_output", report_id, page.name, values)]


def _totals(writer: _Writer, page: Page, row: int, first: int, columns: Sequence[str]) -> None:
    page.put(row, 0, writer.word("total"))
    for n, name in enumerate(columns):
        if n and name in {"planned_qty", "good_qty", "scrap_qty", "stop_min"}:
            values = [page.cells[r, n].content for r in range(first, row) if (r, n) in page.cells]
            page.total(row, n, first, sum(v for v in values if isinstance(v, int)))


def _labels(writer: _Writer, page: Page, row: int, shift: str, line: str, extra: Sequence[str]) -> tuple[int, Values]:
    """Label and value pairs, two or three in a row, some as one text."""
    pairs: list[tuple[str, object]] = [
        ("production_date", writer.day),
        ("shift_id", SHIFTS[shift][writer.chinese]),
        ("line_id", LINES[line][writer.chinese]),
        *((name, {"product_id": "HX-1040", "order_id": f"WO-{line}", "leader": "Wang"}[name]) for name in extra),
    ]
    order = Random(writer.language + writer.word("title"))  # noqa: S311 - one plant keeps one order
    order.shuffle(pairs)
    each, colon = order.choice([1, 2, 3]), order.choice(["", ":", "："])
    values: Values = {}
    column = 0
    for n, (name, value) in enumerate(pairs):
        if n and n % each == 0:
            row, column = row + 1, 0
        page.put(row, column, writer.word(name) + colon)
        cell = page.put(row, column + 1, value)  # type: ignore[arg-type]
        if name in {"product_id", "order_id"}:
            values[name] = (value, cell)
        column += 3
    return row + 1, values


def _sheets(writer: _Writer) -> Made:
    """A sheet for each shift: labels, hours, stops."""
    random, book = writer.random, Book()
    line, extra = (
        random.choice(list(LINES)),
        random.sample(["product_id", "order_id", "leader"], random.randrange(0, 3)),
    )
    quantities = ["good_qty", *random.sample(["planned_qty", "scrap_qty", "stop_min"], random.randrange(1, 4))]
    columns = ["hour_start", *random.sample(quantities, len(quantities)), *(["note"] if random.random() < 0.5 else [])]
    stops = ["start_at", "end_at", "downtime_min", "reason_code"] if random.random() < 0.7 else []
    titled, totals, blank = random.random() < 0.7, random.random() < 0.7, random.randrange(1, 3)
    most = random.randrange(2, 4)
    records: list[Record] = []
    for n, shift in enumerate(SHIFTS):
        page = book.page(SHIFTS[shift][writer.chinese] if titled else f"S{n + 1}")
        page.put(0, 0, writer.word("title"))
        row, common = _labels(writer, page, most, shift, line, extra)
        report_id = f"P1/{line}/{writer.day}/{shift}"
        row = _hours(writer, page, row + blank, (report_id, n), columns, common, records, totals=totals)
        if stops:
            _stops(writer, page, row + 2, (report_id, n), stops, records)
    return Made(f"{line} {writer.day}", book, tuple(records), {}, {})


def _hours(
    writer: _Writer,
    page: Page,
    row: int,
    about: tuple[str, int],
    columns: Sequence[str],
    common: Values,
    records: list[Record],
    *,
    totals: bool,
) -> int:
    report_id, n = about
    for c, name in enumerate(columns):
        page.put(row, c, writer.word(name))
    first = row + 1
    for hour in range(8):
        row += 1
        values: Values = dict(common)
        clock = (6 + 8 * n + hour) % 24
        values["hour_start"] = (clock, page.put(row, 0, f"{clock:02}:00"))
        for name, value in writer.quantities([c for c in columns if c.endswith(("_qty", "_min"))]).items():
            values[name] = (value, page.put(row, columns.index(name), value))
        records.append(Record("report_output", report_id, page.name, values))
    if totals:
        row += 1
        _totals(writer, page, row, first, columns)
    return row


def _stops(
    writer: _Writer, page: Page, row: int, about: tuple[str, int], columns: Sequence[str], records: list[Record]
) -> None:
    report_id, n = about
    page.put(row, 0, TITLES_OF_STOPS[writer.language])
    for c, name in enumerate(columns):
        page.put(row + 1, c, writer.word(name))
    for count in range(writer.random.randrange(1, 4)):
        hour, length = (6 + 8 * n + 2 * count) % 24, writer.random.choice([10, 15, 25])
        reason = writer.random.choice(list(REASONS))
        values: Values = {
            "start_at": (hour, page.put(row + 2 + count, 0, f"{hour:02}:10")),
            "end_at": (hour, page.put(row + 2 + count, 1, f"{hour:02}:{10 + length}")),
            "downtime_min": (length, page.put(row + 2 + count, 2, length)),
            "reason_code": (reason, page.put(row + 2 + count, 3, REASONS[reason][writer.chinese])),
        }
        records.append(Record("report_stop", report_id, page.name, values))


def _groups(writer: _Writer) -> Made:
    """A row for each line, the shifts over the columns, the day above."""
    random, book = writer.random, Book()
    page = book.page("Report")
    page.put(0, 0, writer.word("title"))
    page.put(1, 0, writer.word("production_date"))
    page.put(1, 1, writer.day)
    top = random.randrange(3, 5)
    quantities = random.sample(["planned_qty", "good_qty", "scrap_qty", "stop_min"], random.randrange(2, 5))
    if "good_qty" not in quantities:
        quantities[0] = "good_qty"
    page.put(top if random.random() < 0.5 else top + 1, 0, writer.word("line_id"))
    records: list[Record] = []
    for n, shift in enumerate(SHIFTS):
        left = 1 + n * len(quantities)
        page.merge(top, left, top, left + len(quantities) - 1, SHIFTS[shift][writer.chinese])
        for c, name in enumerate(quantities):
            page.put(top + 1, left + c, writer.word(name))
    for r, line in enumerate(LINES):
        page.put(top + 2 + r, 0, LINES[line][writer.chinese])
        for n, shift in enumerate(SHIFTS):
            numbers = writer.quantities(quantities)
            left = 1 + n * len(quantities)
            values: Values = {m: (v, page.put(top + 2 + r, left + quantities.index(m), v)) for m, v in numbers.items()}
            records.append(Record("report_output", f"P1/{line}/{writer.day}/{shift}", page.name, values))
    return Made("groups", book, tuple(records), {}, {})


def _across(writer: _Writer) -> Made:
    """Hours side by side, a row for each measure."""
    random, book = writer.random, Book()
    line = random.choice(list(LINES))
    quantities = ["good_qty", *random.sample(["planned_qty", "scrap_qty", "stop_min"], random.randrange(1, 4))]
    random.shuffle(quantities)
    records: list[Record] = []
    for n, shift in enumerate(SHIFTS):
        page = book.page(f"{n + 1} {SHIFTS[shift][writer.chinese]}")
        row, common = _labels(writer, page, 2, shift, line, [])
        row += 1
        page.put(row, 0, writer.word("hour_start"))
        for hour in range(8):
            clock = (6 + 8 * n + hour) % 24
            cell = page.put(row, 1 + hour, f"{clock:02}:00")
            values: Values = {**common, "hour_start": (clock, cell)}
            for m, (name, value) in enumerate(writer.quantities(quantities).items()):
                page.put(row + 1 + m, 0, writer.word(name))
                values[name] = (value, page.put(row + 1 + m, 1 + hour, value))
            records.append(Record("report_output", f"P1/{line}/{writer.day}/{shift}", page.name, values))
    return Made(f"across {writer.day}", book, tuple(records), {}, {})
