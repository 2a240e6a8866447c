"""A list that expires while it is read, on a real API server: it starts again and is whole, or it is an error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
import pytest

from preflight.collect import cluster as transport
from preflight.collect.cluster import ListMeta, Refused, connect, read_list
from tests.collect.test_live_kubernetes import require_programs
from tests.control_plane.cluster import ControlPlane, KubernetesObject

pytestmark = pytest.mark.control_plane


class Named(msgspec.Struct):
    name: str


class Item(msgspec.Struct):
    metadata: Named


class Page(msgspec.Struct):
    metadata: ListMeta
    items: list[Item]


FIRST, COUNT = 10, 8


@pytest.fixture
def cluster() -> Iterator[ControlPlane]:
    require_programs()
    with ControlPlane(feature_gates={"ListFromCacheSnapshot": False}, users={"patient": ("system:masters",)}) as plane:
        plane.load(node(number) for number in range(FIRST, FIRST + COUNT))
        yield plane


def node(number: int) -> KubernetesObject:
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": f"node-{number}"}}


def names(numbers: Iterable[int]) -> tuple[str, ...]:
    return tuple(f"node-{number}" for number in numbers)


def listed(cluster: ControlPlane, ageing: int) -> tuple[str, ...]:
    """List the nodes two at a time; after the first page of the first `ageing` lists the rest can no longer be had.

    Each time the first node goes and a last one comes.
    """
    begun = 0

    def keep(page: Page) -> tuple[str, ...]:
        nonlocal begun
        found = tuple(item.metadata.name for item in page.items)
        if begun < ageing and found[:1] == names([FIRST + begun]):
            assert cluster.request("DELETE", f"/api/v1/nodes/{found[0]}")[0] == 200
            cluster.load([node(FIRST + COUNT + begun)])
            begun += 1
            cluster.expire_lists()
        return found

    return read_list(connect(str(cluster.kubeconfig("patient"))), "/api/v1/nodes", Page, keep)


def test_it_starts_again_and_is_whole(cluster: ControlPlane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "PAGE_SIZE", 2)
    assert listed(cluster, 1) == names(range(FIRST + 1, FIRST + COUNT + 1))
    codes = [entry.code for entry in cluster.audit(user="patient")]
    assert codes.count(410) == 1
    assert set(codes) == {200, 410}


def test_what_expires_each_time_is_an_error_and_no_part_of_a_list(
    cluster: ControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "PAGE_SIZE", 2)
    with pytest.raises(Refused, match="answered 410: The provided continue parameter is too old") as refused:
        listed(cluster, COUNT)
    assert refused.value.status == 410
    assert [entry.code for entry in cluster.audit(user="patient")].count(410) == 3
