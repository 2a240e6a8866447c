"""The first run on a cluster that AKS does not manage: said as such, and its Kubernetes half is judged all the same."""

import json
from collections.abc import Iterator

import pytest

from preflight.__main__ import run
from tests.azure.conftest import ca_file, signed_in  # noqa: F401 - fixtures
from tests.collect.test_live_kubernetes import require_programs
from tests.control_plane.cluster import ControlPlane, KubernetesObject
from tests.demo.objects import raw_objects
from tests.end_to_end.test_live import azure  # noqa: F401 - a fixture

pytestmark = pytest.mark.control_plane

NO_AKS = "context control-plane is no AKS cluster; get the right one: az aks get-credentials"


def anywhere(item: KubernetesObject) -> KubernetesObject:
    """The object as it would be in a cluster of kind."""
    if item["kind"] != "Node":
        return item
    return {**item, "spec": {**item.get("spec", {}), "providerID": f"kind://docker/kind/{item['metadata']['name']}"}}


@pytest.fixture(scope="module")
def cluster() -> Iterator[ControlPlane]:
    require_programs()
    with ControlPlane() as started:
        started.load(anywhere(item) for item in raw_objects("enable"))
        yield started


def test_the_stage_that_nothing_tells_is_asked_for_with_the_reason(
    cluster: ControlPlane, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["run", "-q", "--kubeconfig", str(cluster.kubeconfig())]) == 2
    told = capsys.readouterr()
    assert f"cannot tell the stage (the add-on's state could not be read: {NO_AKS}" in told.err
    assert told.err.count("\n") == 1
    assert not told.out


def test_its_kubernetes_half_is_judged(cluster: ControlPlane, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "--kubeconfig", str(cluster.kubeconfig()), "--stage", "enable", "-o", "json"]) == 1
    result = json.loads(capsys.readouterr().out)
    statuses = {outcome["id"]: outcome["status"] for outcome in result["outcomes"]}
    assert statuses["max-pods-headroom"] == statuses["node-resource-pressure"] == "fail"
    assert statuses["addon-state"] == "unknown"
    assert next(fact["reason"] for fact in result["facts"] if fact["name"] == "cluster").startswith(NO_AKS)
