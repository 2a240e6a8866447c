"""Kubernetes quantities, exactly: whole numbers of nano-units.

The grammar is that of k8s.io/apimachinery `resource.Quantity`: a decimal number, then a binary suffix (Ki ... Ei), a
decimal one (n u m k M G T P E) or an exponent (e3, E3). What is finer than nano is rounded up, what exceeds 2^63 - 1
units becomes that.
"""

import re
from functools import lru_cache

NANO = 10**9
"""Nano-units in one unit."""

_LARGEST = (2**63 - 1) * NANO
_FORM = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]*)(?:\.(?P<fraction>[0-9]*))?"
    r"(?:(?P<suffix>[KMGTPE]i|[numkMGTPE])|[eE](?P<exponent>[+-]?[0-9]+))?"
)
_DECIMAL_EXPONENT = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY_EXPONENT = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_LONGEST = 100
"""Characters; a longer text is no quantity anybody wrote, and its digits would only cost time."""


@lru_cache(maxsize=65536)
def nanos(quantity: str | float) -> int:
    """Return the quantity in nano-units, rounded up. ValueError naming the text when it is none.

    "1.5Gi" is 1.5 x 2^30 x 10^9; "19500u" is 19500 x 10^-6 x 10^9 = 19,500,000; "0.1n" is rounded up to 1.

    >>> nanos("250m"), nanos("1E"), nanos("1E3"), nanos(2)
    (250000000, 1000000000000000000000000000, 1000000000000, 2000000000)
    """
    text = repr(quantity) if isinstance(quantity, float) else str(quantity)
    match = _FORM.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None or not (match["whole"] or match["fraction"]):
        raise ValueError(f"not a Kubernetes quantity: {text[:40]!r}")
    fraction = match["fraction"] or ""
    digits = int(match["whole"] + fraction)
    suffix = match["suffix"] or ""
    digits <<= _BINARY_EXPONENT.get(suffix, 0)
    exponent = int(match["exponent"] or _DECIMAL_EXPONENT.get(suffix, 0)) - len(fraction) + 9
    # An exponent beyond these decides alone, and 10 to its power need not be computed.
    exponent = max(-2 * _LONGEST, min(2 * _LONGEST, exponent))
    signed = -digits if match["sign"] == "-" else digits
    amount = signed * 10**exponent if exponent >= 0 else _ceiling(signed, 10**-exponent)
    return max(-_LARGEST, min(_LARGEST, amount))


def millicores(quantity: str | float) -> int:
    """Return a cpu quantity in millicores, rounded up: "19500u" is 20."""
    return to_millis(nanos(quantity))


def whole(quantity: str | float) -> int:
    """Return a quantity in whole units (bytes, pods), rounded up: "128974848000m" is 128974848."""
    return to_whole(nanos(quantity))


def to_millis(amount: int) -> int:
    """Nano-units to thousandths, rounded up, as `Quantity.MilliValue` does."""
    return _ceiling(amount, 10**6)


def to_whole(amount: int) -> int:
    """Nano-units to whole units, rounded up, as `Quantity.Value` does."""
    return _ceiling(amount, NANO)


def _ceiling(amount: int, divisor: int) -> int:
    return -(-amount // divisor)
