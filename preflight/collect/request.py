"""What the user asked to look at: the command line's options as one value."""

import re

import msgspec

from preflight.errors import UsageError
from preflight.model import Stage


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Where to look and what is planned. Names left None are found (interface.md, "Finding things by itself").

    `request_timeout` is in seconds for one answer; `deadline` in seconds for all of the reading.
    """

    paths: tuple[str, ...] = ()
    kubeconfig: str | None = None
    context: str | None = None
    namespace: str | None = None
    request_timeout: float = 30.0
    deadline: float = 120.0
    resource_group: str | None = None
    cluster_name: str | None = None
    subscription: str | None = None
    vault_name: str | None = None
    principal: str | None = None
    values_files: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    chart: str | None = None
    manifests: tuple[str, ...] = ()
    chart_version: str | None = None
    release: str | None = None
    no_release: bool = False
    read_values: bool = False
    stage: Stage | None = None
    offline: bool = False
    tokens: tuple[str, ...] = ()

    @property
    def plan_given(self) -> bool:
        """Whether something is about to be deployed."""
        return bool(self.values_files or self.sets or self.chart or self.chart_version or self.manifests)


_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "ms": 0.001}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|)")


def seconds(text: str) -> float:
    """Read a duration as kubectl does: `30s`, `1m30s`, `2m`, or bare seconds. Raises UsageError.

    >>> seconds("1m30s")
    90.0
    """
    parts = _DURATION.findall(text)
    total = sum(float(number) * _UNITS[unit] for number, unit in parts)
    if "".join(number + unit for number, unit in parts) != text or total <= 0:
        raise UsageError(f"{text!r} is no duration; write 30s or 2m")
    return total
