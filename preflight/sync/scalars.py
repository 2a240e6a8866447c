"""How Helm's YAML reads a plain scalar: YAML 1.1 in the reading of go-yaml v2, measured with Helm 3.20.

The charts write names without quotes, so this decides too what the API server is handed: the name `123` arrives as a
number and is refused, however it was quoted in the values.
"""

import re

from preflight.facts.plan import Kind

TRUE = frozenset(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"])
FALSE = frozenset(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"])
NULL = frozenset(["", "~", "null", "Null", "NULL"])
NO_JSON = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
"""Infinity and not-a-number: numbers that JSON, and so Helm, cannot hold."""

_NUMBER = re.compile(r"[-+]?(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?)")


def plain_kind(text: str) -> Kind:
    """Return what an unquoted scalar is read as.

    >>> plain_kind("on"), plain_kind("1_000"), plain_kind("1:30")
    ('boolean', 'number', 'string')
    """
    if text in NULL:
        return "null"
    if text in TRUE or text in FALSE:
        return "boolean"
    digits = text.replace("_", "") if text[:1] in "0123456789+-." else ""
    return "number" if _NUMBER.fullmatch(digits) or NO_JSON.fullmatch(text) else "string"
