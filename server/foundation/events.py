"""Lower rooms tell upper rooms what happened, inside the same transaction.

`app.py` connects: `subscribe(CycleOpened, evaluations.service.create_for)`.
"""

from collections.abc import Callable
from typing import Any, TypeVar

Event = TypeVar("Event")

_handlers: dict[type[Any], list[Callable[[Any], None]]] = {}


def subscribe(kind: type[Event], handler: Callable[[Event], None]) -> None:
    """Call `handler` for each published event of exactly this kind. Twice is the same as once."""
    known = _handlers.setdefault(kind, [])
    if handler not in known:
        known.append(handler)


def publish(event: object) -> None:
    """Call the handlers in the order of subscription. What they raise fails the whole unit."""
    for handler in tuple(_handlers.get(type(event), ())):
        handler(event)
