"""How much a file may hold. Each is far above what a plant of 10,000 people sends and far below what hurts a server."""

from typing import Final

FILE_BYTES: Final = 32 * 1024 * 1024
ROWS: Final = 60_000
# Offices format whole sheets down to the last row; such rows are walked over.
ROWS_WITH_BLANKS: Final = 1_100_000
COLUMNS: Final = 60
SHEETS: Final = 50

# Inside an XLSX. A sheet of 50,000 rows and 30 columns unpacks to some 60 MB at 10:1; a bomb reaches 1,000:1.
PARTS: Final = 500
UNPACKED_BYTES: Final = 200 * 1024 * 1024
# A tag or attribute of a workbook is hundreds of bytes; the parser begins an open one anew with each bit that comes.
TOKEN_BYTES: Final = 512 * 1024
SMALL_PART_BYTES: Final = 8 * 1024 * 1024
UNPACKED_RATIO: Final = 200
# Below this size the ratio says nothing: a sheet of empty formatted rows packs very well.
RATIO_FROM_BYTES: Final = 4 * 1024 * 1024
SHARED_TEXTS: Final = 1_000_000
SHARED_CHARACTERS: Final = 24 * 1024 * 1024
STYLES: Final = 70_000
MERGES: Final = 20_000

# Of a quoted CSV cell: a quote that nobody closed would otherwise swallow the rest of the file.
QUOTED_LINES: Final = 100
# Longer cells are not looked at closely; every field allows far less.
CELL_CHARACTERS: Final = 4_096
# A cell of an XLSX is taken up to here; spreadsheets themselves allow 32,767.
CELL_KEPT: Final = 40_000
HEADER_CHARACTERS: Final = 120

HEADER_WITHIN_ROWS: Final = 30
FINDINGS: Final = 2_000
# What a finding repeats of a cell.
SHOWN_CHARACTERS: Final = 40
