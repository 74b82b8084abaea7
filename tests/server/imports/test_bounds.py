"""A large file costs memory for a row, not for the file: measured in a process of its own."""

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROWS, COLUMNS = (50_000, 30) if os.environ.get("GEMBA_SOAK") else (8_000, 30)
"""The long form is run by make soak-real."""
MB = 1024 * 1024
# Measured 25 in both: mostly the employee numbers, which give lost zeros back. The file itself is the caller's.
MOST_MB = {"csv": 64, "xlsx": 64} if ROWS > 8_000 else {"csv": 16, "xlsx": 16}
ROOT = Path(__file__).resolve().parents[3]
MEASURE = """
import json, sys
from collections import Counter
from server.imports.reading import Upload, read
from server.imports.records import Weight
def most():  # not ru_maxrss: that remembers the process that started this one
    status = open("/proc/self/status").read()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
content = open(sys.argv[1], "rb").read()
list(read([Upload("warm.csv", "工号,姓名,部门,岗位\\n1,a,b,c\\n".encode())]).records())
before = most()
reading = read([Upload(sys.argv[1], content)])
count = Counter(record.kind.value for record in reading.records())
after = most()
print(json.dumps({"grown_mb": after - before, "count": count, "errors": reading.count(Weight.ERROR)}))
"""
HEADER = ["工号", "姓名", "部门", "岗位", "入职日期", "手机", "邮箱", *(f"附加{n}" for n in range(COLUMNS - 7))]


def row(n: int) -> list[str]:
    person = [f"{n:06}", "杨金凤", "WS1", "OPR", "2012-01-29", f"139{n:08}", f"e{n}@huadong.example"]
    return person + [f"x{n}-{column}" for column in range(COLUMNS - 7)]


def large_csv(path: Path) -> None:
    with path.open("w", encoding="gb18030") as file:
        file.write(",".join(HEADER) + "\n")
        for n in range(ROWS):
            file.write(",".join(row(n)) + "\n")


def large_xlsx(path: Path) -> None:
    """By hand, as inline texts: openpyxl would take a minute."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        relation = '<Relationship Id="r1" Type="x/%s" Target="%s"/>'
        archive.writestr(
            "_rels/.rels", f"<Relationships>{relation % ('officeDocument', 'xl/workbook.xml')}</Relationships>"
        )
        archive.writestr(
            "xl/workbook.xml",
            '<workbook xmlns:r="r"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f"<Relationships>{relation % ('worksheet', 'worksheets/sheet1.xml')}</Relationships>",
        )
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            text = io.TextIOWrapper(part, encoding="utf-8")
            text.write("<worksheet><sheetData>")
            for n in range(-1, ROWS):
                cells = HEADER if n < 0 else row(n)
                text.write(f'<row r="{n + 2}">')
                text.write("".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells))
                text.write("</row>")
            text.write("</sheetData></worksheet>")
            text.close()


@pytest.mark.parametrize(("kind", "make"), [("csv", large_csv), ("xlsx", large_xlsx)])
def test_many_rows_are_read_within_a_few_megabytes(tmp_path, kind, make):
    path = tmp_path / f"large.{kind}"
    make(path)
    run = subprocess.run([sys.executable, "-c", MEASURE, path], cwd=ROOT, capture_output=True, text=True, check=True)
    seen = json.loads(run.stdout)
    print(kind, path.stat().st_size // MB, "MB of file,", seen)
    assert seen["count"] == {"people": ROWS}
    assert seen["errors"] == 0
    assert seen["grown_mb"] < MOST_MB[kind]
