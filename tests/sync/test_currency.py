from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from preflight import facts
from preflight.facts import VaultObject, instant
from preflight.sync.currency import Mounted, interval, mounted, reads_per_10_seconds
from preflight.testing import class_pod_status, cluster

NOW = instant("2026-01-15T09:00:00Z")
OLD, NEW = "a" * 32, "b" * 32


def rotating(every: str | None) -> facts.AddonConfig:
    addon = cluster(addon=True, rotation=every).keyvault_addon
    assert addon
    return addon.config


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("2m", 120), ("1h30m", 5400), ("90s", 90), ("1m30.5s", 90.5), ("500ms", 0.5), ("0s", 120), ("often", 120)],
)
def test_gos_durations(written: str, seconds: float) -> None:
    assert interval(rotating(written)) == timedelta(seconds=seconds)


def test_rotation_off_and_on_without_an_interval() -> None:
    assert interval(rotating(None)) is None
    assert interval(replace(rotating("2m"), rotation_poll_interval=None)) == timedelta(minutes=2)
    assert interval(facts.AddonConfig()) is None


def version(name: str, id_: str, created: str) -> VaultObject:
    return VaultObject(name=name, version=id_, created=created)


VERSIONS = (version("Host", NEW, "2026-01-10T00:00:00Z"), version("host", OLD, "2026-01-02T00:00:00Z"))


def judged(has: str, *versions: VaultObject, listed: tuple[VaultObject, ...] = (), every: str | None = "2m") -> Mounted:
    record = class_pod_status("server-sync", "server-1", {"host": has})
    [one] = mounted([record], versions, listed, NOW, interval(rotating(every)))
    return one


def test_the_version_that_was_made_last_is_the_newest_in_whatever_order_they_are_listed() -> None:
    for versions in (VERSIONS, VERSIONS[::-1]):
        assert judged(NEW, *versions).currency == "newest"
        assert judged(OLD, *versions).currency == "older"
        assert judged(OLD, *versions).since == "2026-01-10T00:00:00Z"


def test_a_version_is_on_its_way_for_twice_the_interval_and_only_with_rotation() -> None:
    recent = version("host", NEW, "2026-01-15T08:56:30Z")
    assert judged(OLD, VERSIONS[1], recent).currency == "on its way"
    assert judged(OLD, VERSIONS[1], recent, every="1m").currency == "older"
    assert judged(OLD, VERSIONS[1], recent, every=None).currency == "older"


def test_without_versions_dates_can_only_prove_that_it_is_the_newest() -> None:
    before = VaultObject(name="host", updated="2026-01-01T00:00:00Z")
    after = VaultObject(name="host", updated="2026-01-14T00:00:00Z")
    assert judged(OLD, listed=(before,)).currency == "newest"
    assert judged(OLD, listed=(after,)).currency == "unknown"
    assert judged(OLD).currency == "unknown"


def test_what_is_not_mounted_or_no_secret_is_not_compared() -> None:
    record = class_pod_status("server-sync", "server-1", {"host": OLD}, mounted=False)
    assert mounted([record], VERSIONS, (), NOW, None) == ()
    key = class_pod_status("server-sync", "server-1", {"host": OLD})
    items = tuple(replace(one, id=one.id.replace("secret/", "key/")) for one in key.status.objects)
    key = replace(key, status=replace(key.status, objects=items))
    assert mounted([key], VERSIONS, (), NOW, None)[0].currency == "unknown"


@given(st.integers(0, 50), st.integers(0, 60), st.integers(1, 86_400))
def test_load_is_objects_of_all_pods_over_the_interval(pods: int, objects: int, seconds: int) -> None:
    each = {f"o-{number}": OLD for number in range(objects)}
    records = [class_pod_status("c", f"p-{number}", each) for number in range(pods)]
    total, reads = reads_per_10_seconds(records, timedelta(seconds=seconds))
    assert total == pods * objects
    assert reads == pytest.approx(pods * objects / seconds * 10)
