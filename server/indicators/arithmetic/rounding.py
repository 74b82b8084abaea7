"""The one place where a number loses digits, and how a number is written."""

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

# With the usual 28 digits a quotient a hair below a half could be cut to the half, and then be rounded once more.
_WIDE: Final = Context(prec=60, rounding=ROUND_HALF_UP)


def half_up(amount: Decimal | int, digits: int, over: Decimal | int = 1) -> Decimal:
    """`amount` / `over` to so many decimals; half a step goes away from zero."""
    cut = _WIDE.quantize(_WIDE.divide(Decimal(amount), Decimal(over)), Decimal(1).scaleb(-digits))
    return cut or cut.copy_abs()


def plain(number: Decimal | int, least: int = 0) -> str:
    """All its digits, no exponent, no zeros at the end but for `least` decimals."""
    whole, _, fraction = f"{Decimal(number) or Decimal(0):f}".partition(".")
    fraction = fraction.rstrip("0").ljust(least, "0")
    return f"{whole}.{fraction}" if fraction else whole
