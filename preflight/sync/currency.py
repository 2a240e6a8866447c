"""Whether what is mounted is the newest there is: the driver's records against the vault's versions."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from preflight.facts import AddonConfig, SecretProviderClassPodStatus, VaultObject, instant
from preflight.facts.kubernetes import MountedObject

DEFAULT_INTERVAL = timedelta(minutes=2)
"""The add-on's own where rotation is on and no interval is set (azure.md 4)."""

Currency = Literal["newest", "on its way", "older", "unknown"]

_DURATION = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>ms|h|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def interval(config: AddonConfig) -> timedelta | None:
    """Return how often the driver asks the vault again, None where rotation is off.

    The add-on takes Go's durations: `2m` is two minutes, `1h30m` ninety.
    """
    if (config.enable_secret_rotation or "").lower() != "true":
        return None
    written = _DURATION.findall(config.rotation_poll_interval or "")
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in written)
    return timedelta(seconds=seconds) if seconds else DEFAULT_INTERVAL


@dataclass(frozen=True, kw_only=True)
class Mounted:
    """An object of the vault as a pod has it. `since` is when the vault got the version that the pod lacks."""

    namespace: str
    pod: str
    class_name: str
    name: str
    currency: Currency
    since: str | None = None


def mounted(
    records: Iterable[SecretProviderClassPodStatus],
    versions: Iterable[VaultObject],
    listed: Iterable[VaultObject],
    now: datetime,
    every: timedelta | None,
) -> tuple[Mounted, ...]:
    """Return every mounted object of every pod, by pod and name.

    `versions` are the vault's, `listed` its names with the date of their last change. Where the versions of a name are
    not known, a pod that mounted it after that date has the newest; of any other it is unknown. A version that came
    less than twice the interval ago is on its way.
    """
    newest = _newest(versions)
    changed = {one.name.lower(): one.updated for one in listed}
    found = []
    for record in sorted(records, key=lambda one: (one.metadata.namespace, one.metadata.name)):
        if not record.status.mounted:
            continue
        for item in sorted(record.status.objects, key=lambda one: one.id):
            kind, _, name = item.id.partition("/")
            there = newest.get(name.lower()) if kind == "secret" else None
            currency = _currency(item, there, changed.get(name.lower()), record.metadata.creation_timestamp)
            if currency == "older" and there and _is_recent(there.created, now, every):
                currency = "on its way"
            found.append(
                Mounted(
                    namespace=record.metadata.namespace,
                    pod=record.status.pod_name,
                    class_name=record.status.secret_provider_class_name,
                    name=name,
                    currency=currency,
                    since=there.created if there and currency != "newest" else None,
                )
            )
    return tuple(found)


def _newest(versions: Iterable[VaultObject]) -> dict[str, VaultObject]:
    """The version that the provider fetches is the one that was made last, enabled or not."""
    in_order = sorted((one for one in versions if one.version), key=lambda one: (_time(one.created), one.version or ""))
    return {one.name.lower(): one for one in in_order}


def _currency(item: MountedObject, there: VaultObject | None, changed: str | None, at: str | None) -> Currency:
    if there and item.version:
        return "newest" if there.version == item.version else "older"
    if changed and at and _time(changed) and _time(changed) < _time(at):
        return "newest"
    return "unknown"


def _is_recent(created: str | None, now: datetime, every: timedelta | None) -> bool:
    return every is not None and now.timestamp() - _time(created) <= 2 * every.total_seconds()


def _time(text: str | None) -> float:
    try:
        return instant(text).timestamp() if text else 0.0
    except ValueError:
        return 0.0


def reads_per_10_seconds(records: Iterable[SecretProviderClassPodStatus], every: timedelta) -> tuple[int, float]:
    """Return how many objects all pods have mounted, and how many reads of the vault they cost in 10 s.

    60 objects in each of 100 pods every 2 minutes: 6,000 objects, 6,000 / 120 x 10 = 500 reads in 10 s.
    """
    objects = sum(len(record.status.objects) for record in records if record.status.mounted)
    return objects, objects / every.total_seconds() * 10


def stale(found: Iterable[Mounted]) -> Iterator[tuple[str, tuple[Mounted, ...]]]:
    """Yield the vault objects of which some pod has an older version, with those pods."""
    by_name: dict[str, list[Mounted]] = {}
    for one in found:
        if one.currency == "older":
            by_name.setdefault(one.name, []).append(one)
    for name in sorted(by_name):
        yield name, tuple(by_name[name])
