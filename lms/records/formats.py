"""Write statements as JSON Lines, CSV or Parquet; at most one batch is in memory."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import IO, Any, NamedTuple, cast

from arro3.core import Array, DataType, Field, RecordBatch, RecordBatchReader, Schema
from arro3.io import write_parquet

from lms.records.columns import COLUMNS, INSTANT, NUMBER, TRUTH, Cell, one_line, row_of
from xapi.statements import EPOCH, MICROSECOND, write_instant


class ExportedStatement(NamedTuple):
    """A statement as it is stored, and whether it is voided."""

    text: str
    void: bool = False


Writer = Callable[[Iterable[ExportedStatement], IO[bytes]], None]
BATCH = 1000
ROW_GROUP = 20_000  # rows that a Parquet reader reads or skips together; the writer has one such group in memory, compressed
BOM = "\N{BYTE ORDER MARK}"  # without it Excel assumes another encoding than UTF-8
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # a spreadsheet may read these as a formula


def write_json_lines(exported: Iterable[ExportedStatement], out: IO[bytes]) -> None:
    """Write each stored statement on a line."""
    for text, _void in exported:
        out.write(one_line(text).encode() + b"\n")


def write_marked_lines(exported: Iterable[ExportedStatement], out: IO[bytes]) -> None:
    """Write each stored statement on a line, in an object that also says whether it is voided."""
    for text, void in exported:
        out.write(b'{"void":%s,"statement":%s}\n' % (b"true" if void else b"false", one_line(text).encode()))


def write_csv(exported: Iterable[ExportedStatement], out: IO[bytes]) -> None:
    """Write a table for spreadsheets: UTF-8 with a byte order mark, CRLF, and no cell that could be read as a formula."""
    wrapper = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    wrapper.write(BOM)
    table = csv.writer(wrapper)
    table.writerow([column.name for column in COLUMNS])
    for text, void in exported:
        table.writerow([_csv_cell(cell) for cell in row_of(text, void=void)])
    wrapper.flush()
    wrapper.detach()


def _csv_cell(cell: Cell) -> Cell:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, datetime):
        return write_instant(cell)
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return cell


_TYPES = {NUMBER: DataType.float64(), TRUTH: DataType.bool(), INSTANT: DataType.timestamp("us", tz="UTC")}
SCHEMA = Schema([Field(column.name, _TYPES.get(column.kind, DataType.utf8())) for column in COLUMNS])


def write_parquet_file(exported: Iterable[ExportedStatement], out: IO[bytes]) -> None:
    """Write a Parquet table (zstd) with typed columns: instants in UTC, numbers, booleans, text."""
    kept = _ErrorKept(out)
    batches = RecordBatchReader.from_batches(SCHEMA, kept.over(_batches(exported)))
    write_parquet(batches, cast(IO[bytes], kept), compression="zstd(3)", max_row_group_size=ROW_GROUP)
    if kept.failure is not None:
        raise kept.failure


class _ErrorKept(io.RawIOBase):
    """A file and its rows for a writer that crashes on errors: the first error ends the rows, and the caller can raise it afterwards."""

    def __init__(self, out: IO[bytes]) -> None:
        self.out = out
        self.failure: Exception | None = None

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        """Write, unless an error has occurred."""
        try:
            if self.failure is None:
                self.out.write(content)
        except OSError as error:
            self.failure = error
        return len(content)

    def over(self, batches: Iterator[RecordBatch]) -> Iterator[RecordBatch]:
        """Yield batches until an error occurs."""
        try:
            while self.failure is None and (batch := next(batches, None)) is not None:
                yield batch
        except Exception as error:
            self.failure = error


def _batches(exported: Iterable[ExportedStatement]) -> Iterator[RecordBatch]:
    rows = (row_of(text, void=void) for text, void in exported)
    while batch := list(islice(rows, BATCH)):
        columns = zip(COLUMNS, zip(*batch, strict=True), strict=True)
        yield RecordBatch.from_arrays([_array(column.kind, cells) for column, cells in columns], schema=SCHEMA)


def _array(kind: str, cells: Sequence[Any]) -> Array:
    if kind == INSTANT:
        micros = [(cell - EPOCH) // MICROSECOND for cell in cells]
        return Array(micros, type=DataType.int64()).cast(_TYPES[INSTANT])
    return Array(cells, type=_TYPES.get(kind, DataType.utf8()))


FORMATS: dict[str, Writer] = {"jsonl": write_json_lines, "csv": write_csv, "parquet": write_parquet_file}


def writer_of(form: str, *, void: bool) -> Writer:
    """Return the writer of a format; if voided statements were requested, one that marks them."""
    return write_marked_lines if void and form == "jsonl" else FORMATS[form]
