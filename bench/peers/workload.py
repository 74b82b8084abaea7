"""What is measured, the same for every server; and small tools to measure it."""

import asyncio
import random
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

ITEMS: Final = 5
CONNECTIONS: Final = 8
POLLS: Final = 200
CONFLICTS: Final = 300
STORM: Final = 300
EACH: Final = 12
_WORDS: Final = [
    "操作规范",
    "按时完成",
    "交接清楚",
    "首件检验无遗漏",
    "主动帮助新员工",
    "现场整理需要加强",
    "质量意识较好",
    "返工率略高",
    "响应速度快",
    "工具归位及时",
    "能独立处理异常",
    "换线时间偏长",
    "出勤稳定",
    "焊接外观合格",
    "需要复训工艺参数",
    "发现隐患立即上报",
]


def text(chance: random.Random, length: int) -> str:
    """Chinese words up to this length."""
    said = ""
    while len(said) < length:
        said += chance.choice(_WORDS) + chance.choice("，。；")
    return said[:length]


def document(chance: random.Random, owner: str) -> dict[str, Any]:
    """One evaluation as one JSON document of about 1.2 kB."""
    return {
        "id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "cycle_id": str(uuid.UUID(int=1)), "employee_id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "evaluator_id": owner, "device_id": owner, "status": "draft", "updated_at": 1_760_000_000_000,
        "comment": text(chance, 80),
        "items": [
            {"indicator_id": f"IND-{k:03d}", "score": chance.randint(1, 5), "comment": text(chance, 20)}
            for k in range(1, ITEMS + 1)
        ],
    }  # fmt: skip


def edited(chance: random.Random, doc: dict[str, Any], item: int) -> dict[str, Any]:
    """A copy with another mark and comment on one item."""
    made = doc | {"updated_at": doc["updated_at"] + 1000, "items": [dict(one) for one in doc["items"]]}
    made["items"][item]["score"] = 1 + made["items"][item]["score"] % 5
    made["items"][item]["comment"] = text(chance, 20)
    return made


async def each_in_turn(work: Sequence[Callable[[], Awaitable[None]]], at_once: int) -> float:
    """Do all of it, so many at once. Seconds."""
    todo = list(work)[::-1]

    async def worker() -> None:
        while todo:
            await todo.pop()()

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(at_once)))
    return time.perf_counter() - began


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return sorted(values)[len(values) // 2]
