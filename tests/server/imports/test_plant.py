"""The sample plant, file by file and in every dress."""

from collections import Counter
from pathlib import Path

from openpyxl import Workbook

from server.imports.reading import Upload, read
from server.imports.records import Kind

PLANT = Path(__file__).resolve().parents[2] / "plant"


def files() -> list[Upload]:
    return [Upload(path.name, path.read_bytes()) for path in sorted(PLANT.glob("*.csv"))]


def test_the_sample_plant_reads_whole_and_without_a_word():
    reading = read(files())
    records = list(reading.records())
    assert Counter(record.kind for record in records) == {
        Kind.PEOPLE: 202, Kind.DEPARTMENTS: 24, Kind.JOBS: 11, Kind.REPORTING: 202,
        Kind.INDICATORS: 27, Kind.VALUES: 4779, Kind.CHIPS: 6,
    }  # fmt: skip
    assert reading.findings == ()


def test_the_sample_plant_reads_the_same_from_one_workbook(tmp_path):
    book = Workbook()
    book.remove(book.active)
    for upload in files():
        sheet = book.create_sheet(upload.name.removesuffix(".csv"))
        for line in _cells(upload.content):
            sheet.append(line)
    book.save(tmp_path / "plant.xlsx")
    one = read([Upload("plant.xlsx", (tmp_path / "plant.xlsx").read_bytes())])
    many = read(files())
    assert [(r.kind, r.values) for r in one.records()] == [(r.kind, r.values) for r in many.records()]
    assert one.findings == ()


def _cells(content: bytes) -> list[list[str]]:
    import csv

    return list(csv.reader(content.decode("utf-8-sig").splitlines()))
