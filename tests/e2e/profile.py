"""Reads a browser's profile as a finder would: every file, and what LevelDB and Chromium have compressed in it."""

from collections.abc import Iterator
from pathlib import Path

FOOTER_BYTES = 48
SNAPPY = 1
SHRUNK_VALUE = b"\xff\x11\x02"  # Chromium's mark before a value of IndexedDB that it has shrunk
CODES = ("utf-8", "utf-16-le", "utf-16-be")


def found_in(profile: Path, words: list[str]) -> dict[str, list[str]]:
    """Every file that holds one of the words, in UTF-8 or UTF-16, as it lies or unpacked."""
    found: dict[str, list[str]] = {}
    for file in sorted(profile.rglob("*")):
        if not file.is_file() or file.is_symlink():
            continue
        texts = list(readings(file))
        for word in words:
            shapes = [word.encode(code) for code in CODES]
            if any(shape in text for text in texts for shape in shapes):
                found.setdefault(word, []).append(str(file.relative_to(profile)))
    return found


def readings(file: Path) -> Iterator[bytes]:
    """A file's bytes, its LevelDB blocks unpacked, and every value in them that Chromium has shrunk."""
    raw = file.read_bytes()
    texts = [raw]
    if file.suffix == ".ldb":
        texts += blocks(raw)
    elif file.suffix == ".log":
        texts.append(records(raw))
    for text in texts:
        yield text
        at = text.find(SHRUNK_VALUE)
        while at >= 0:
            yield unsnap(text[at + len(SHRUNK_VALUE) :])
            at = text.find(SHRUNK_VALUE, at + 1)


def varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def unsnap(data: bytes) -> bytes:
    """Snappy, as far as it goes: the stream may be followed by other bytes, or be none."""
    out = bytearray()
    try:
        length, at = varint(data, 0)
        while len(out) < length:
            tag = data[at]
            at += 1
            kind, size = tag & 3, tag >> 2
            if kind == 0:
                if size >= 60:
                    wide = size - 59
                    size = int.from_bytes(data[at : at + wide], "little")
                    at += wide
                out += data[at : at + size + 1]
                at += size + 1
                continue
            if kind == 1:
                size, back = (size & 7) + 4, (tag >> 5) << 8 | data[at]
                at += 1
            else:
                wide = 2 if kind == 2 else 4
                size, back = size + 1, int.from_bytes(data[at : at + wide], "little")
                at += wide
            if not 0 < back <= len(out):
                break
            for _ in range(size):
                out.append(out[-back])
    except IndexError:
        pass
    return bytes(out)


def blocks(table: bytes) -> list[bytes]:
    """The blocks of a LevelDB table, unpacked."""
    if len(table) < FOOTER_BYTES:
        return []
    footer = table[-FOOTER_BYTES:]
    _, at = varint(footer, 0)
    _, at = varint(footer, at)
    index_at, at = varint(footer, at)
    index_size, at = varint(footer, at)
    index = _block(table, index_at, index_size)
    out = []
    restarts = int.from_bytes(index[-4:], "little")
    end, at = len(index) - 4 - 4 * restarts, 0
    while at < end:
        _, at = varint(index, at)
        fresh, at = varint(index, at)
        size, at = varint(index, at)
        at += fresh
        where, after = varint(index, at)
        out.append(_block(table, where, varint(index, after)[0]))
        at += size
    return out


def _block(table: bytes, at: int, size: int) -> bytes:
    data = table[at : at + size]
    return unsnap(data) if table[at + size] == SNAPPY else data


def records(log: bytes) -> bytes:
    """What a LevelDB log says, its records put together: a value may go over the edge of a block of 32 KiB."""
    out = bytearray()
    for start in range(0, len(log), 32768):
        block, at = log[start : start + 32768], 0
        while at + 7 <= len(block):
            size = int.from_bytes(block[at + 4 : at + 6], "little")
            out += block[at + 7 : at + 7 + size]
            at += 7 + size
    return bytes(out)
