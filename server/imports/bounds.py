"""What a process that works on an import may use: files are made by anybody, and some are made to be worked on for ever."""

import resource
import signal
from types import FrameType
from typing import Final

from server.foundation.problems import Problem
from server.imports.problems import IMPORT_TOO_MUCH

MEMORY_BYTES: Final = 2 * 1024**3
READING_S: Final = 120
"""Of the processor, for reading and planning: 50,000 people of an XLSX take 10 on two slow cores."""
WRITING_S: Final = 600
LAST_WORDS_S: Final = 30
_bound: list[bool] = []


def bind_process() -> None:
    """Bound this process. Beyond the processor's time Problem `import_too_much` is raised wherever it is; what goes on
    without coming back to Python is killed at last."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    signal.signal(signal.SIGXCPU, _end)
    _allow(READING_S)
    _bound.append(True)


def allow_writing() -> None:
    """From now on the process writes: what is written was bounded before, and is not given up half way."""
    if _bound:
        _allow(WRITING_S)


def _allow(seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds, 2 * (READING_S + WRITING_S)))


def _end(_signal: int, _frame: FrameType | None) -> None:
    _allow(LAST_WORDS_S)  # else it is told again each second
    raise Problem(IMPORT_TOO_MUCH, seconds=READING_S)
