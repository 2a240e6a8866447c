"""The samples can be loaded into a real API server, and are read back from it as what they are."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from preflight.collect.kubernetes import connect, readers
from preflight.collect.reading import read
from preflight.demo import sample
from preflight.facts import Missing, Pod
from preflight.model import STAGES, Stage
from tests.control_plane.build import BUILD_COMMAND, find_assets
from tests.control_plane.cluster import ControlPlane
from tests.demo.objects import KINDS, deployed_values, raw_objects

pytestmark = pytest.mark.control_plane

WANTED = {*KINDS, "secrets", "secret_provider_classes", "secret_provider_class_pod_statuses", "release", "values"}
CANARY = "canary-77aa"


@pytest.fixture(scope="module", params=STAGES)
def read_back(request: pytest.FixtureRequest) -> Iterator[tuple[Stage, dict[str, Any]]]:
    if find_assets() is None:
        pytest.skip(f"no etcd, kube-apiserver and kube-scheduler here; get them with: {BUILD_COMMAND}")
    with ControlPlane(authorization_mode="AlwaysAllow") as cluster:
        cluster.load(raw_objects(request.param, canary=CANARY))
        connected = connect(str(cluster.kubeconfig("admin")))
        yield request.param, read(readers(connected), WANTED, deadline=60)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_lists_are_read_back(read_back: tuple[Stage, dict[str, Any]], name: str) -> None:
    stage, facts = read_back
    assert _comparable(facts[name]) == _comparable(sample(stage).get(name))


def test_secrets_are_read_back_without_their_values(read_back: tuple[Stage, dict[str, Any]]) -> None:
    stage, facts = read_back
    assert not isinstance(facts["secrets"], Missing), facts["secrets"]
    assert _secrets(facts["secrets"]) == _secrets(sample(stage).get("secrets"))


def test_classes_and_their_records_are_read_back(read_back: tuple[Stage, dict[str, Any]]) -> None:
    stage, facts = read_back
    for name in ("secret_provider_classes", "secret_provider_class_pod_statuses"):
        expected = sample(stage).get(name)
        assert facts[name].served == expected.served
        assert _comparable(facts[name].items) == _comparable(expected.items)


def test_the_release_is_read_back(read_back: tuple[Stage, dict[str, Any]]) -> None:
    stage, facts = read_back
    assert facts["release"] == sample(stage).get("release")
    if stage == "verify":
        assert facts["values"] == sample(stage).get("values")
    else:
        assert deployed_values(stage).keys() >= {str(setting.path[0]) for setting in facts["values"].settings}


def test_no_value_is_read(read_back: tuple[Stage, dict[str, Any]]) -> None:
    assert CANARY not in repr(read_back[1])


def _comparable(items: Any) -> Any:
    """By name, without what the server decides: when it was made, and from 1.35 on where a pod's node stands."""
    assert not isinstance(items, Missing), items
    return sorted(map(_own, items), key=lambda item: (item.metadata.namespace, item.metadata.name))


def _own(item: Any) -> Any:
    labels = item.metadata.labels
    if isinstance(item, Pod):
        labels = {key: value for key, value in labels.items() if not key.startswith("topology.kubernetes.io/")}
    metadata = msgspec.structs.replace(item.metadata, creation_timestamp=None, labels=labels)
    return msgspec.structs.replace(item, metadata=metadata)


def _secrets(items: Any) -> Any:
    """Field managers are those of whoever loaded the sample."""
    return [
        msgspec.structs.replace(item, managers=(), keys=None if item.keys is None else tuple(sorted(item.keys)))
        for item in _comparable(items)
    ]
