"""`make storm PHONES=1000`: every phone of a plant comes online at once, after an outage.

python -m bench.storm.run --phones 1000                     SQLite, then PostgreSQL
python -m bench.storm.run --phones 1000 --database sqlite
"""

import argparse
import asyncio
import contextlib
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench.storm import oracle
from bench.storm.phones import Phone, storm
from bench.storm.plant import build
from bench.storm.served import Server, load, postgresql


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--phones", type=int, default=1000)
    parser.add_argument("--database", default="sqlite,postgresql")
    parser.add_argument("--within", type=float, default=1.0, help="seconds in which they come online")
    parser.add_argument("--port", type=int, default=0)
    asked = parser.parse_args()
    sound = True
    for kind in asked.database.split(","):
        with tempfile.TemporaryDirectory(prefix="gemba-storm-") as name, contextlib.ExitStack() as kept:
            folder = Path(name)
            url = f"sqlite:///{folder}/gemba.db" if kind == "sqlite" else kept.enter_context(postgresql())
            figures, wrong = weather(url, folder, asked.phones, asked.within, asked.port)
            print(f"\n{kind}: {asked.phones} phones")
            for what, value in figures.items():
                print(f"  {what:44s} {value}")
            for sentence in wrong:
                print(f"  WRONG: {sentence}")
            sound = sound and not wrong
    return 0 if sound else 1


def weather(url: str, folder: Path, count: int, within_s: float, port: int = 0) -> tuple[dict[str, Any], list[str]]:
    """One storm: figures, and what is wrong by the oracle."""
    began = time.perf_counter()
    handsets = build(url, count)
    built_s = time.perf_counter() - began
    server = Server(url, folder, port)
    server.start()
    try:
        phones = [Phone(one, "127.0.0.1", server.port) for one in handsets]
        for phone in phones:
            phone.score()
        before, cpu = load(), server.cpu_s()
        client_cpu = time.process_time()
        asyncio.run(storm(phones, within_s))
        figures = _figures(phones)
        figures |= {
            "server CPU s; client CPU s": f"{server.cpu_s() - cpu:.1f}; {time.process_time() - client_cpu:.1f}",
            "server memory, highest, MB": round(server.peak_bytes / 1e6),
            "plant made in s": round(built_s, 1),
            "load before": before["load"],
        }
    finally:
        server.stop()
    return figures, [*oracle.check(url, phones), *_collapse(phones)]


def _figures(phones: list[Phone]) -> dict[str, Any]:
    first = min(phone.seen.began_at for phone in phones)
    drained = max(phone.seen.done_at for phone in phones) - first
    edits = sum(len(phone.seen.receipts) for phone in phones)
    answers = [one for phone in phones for one in phone.seen.answers]
    took = sorted(seconds for seconds, _ in answers)
    served = sorted(seconds for seconds, status in answers if status == 200)
    waits = sorted(phone.seen.done_at - phone.seen.began_at for phone in phones)
    return {
        "edits": edits,
        "drained in s": round(drained, 1),
        "edits/s": round(edits / drained),
        "answer p50, p99, max, s": _three(took),
        "  of those that took edits": _three(served),
        "a phone's whole wait p50, p99, max, s": _three(waits),
        "answers by status": dict(sorted(Counter(status for _, status in answers).items())),
        "told to wait, times per phone (most)": f"{statistics.mean(p.seen.told_to_wait for p in phones):.1f}"
        f" ({max(p.seen.told_to_wait for p in phones)})",
    }


def _three(values: list[float]) -> str:
    at = lambda share: values[min(len(values) - 1, round(share * (len(values) - 1)))]  # noqa: E731
    return f"{at(0.5):.2f}, {at(0.99):.2f}, {values[-1]:.2f}"


def _collapse(phones: list[Phone]) -> list[str]:
    bad = Counter(status for p in phones for _, status in p.seen.answers if status not in (200, 429, 503))
    return [f"answers other than 200, 429, 503: {dict(bad)}"] if bad else []


if __name__ == "__main__":
    sys.exit(main())
