"""What a pod asks for: every rule with its example."""

import pytest

from preflight.facts import Pod
from preflight.facts.kubernetes import (
    Condition,
    Container,
    ContainerStatus,
    ObjectMeta,
    PodSpec,
    PodStatus,
    ResourceRequirements,
)
from preflight.scheduling.requests import allocatable, incoming_requests, is_compared, placed_requests
from preflight.testing import container, node


def pod_of(spec: PodSpec, status: PodStatus | None = None) -> Pod:
    return Pod(metadata=ObjectMeta(name="p"), spec=spec, status=status or PodStatus())


def sidecar(name: str, cpu: str) -> Container:
    return container(name, cpu=cpu, restart_policy="Always")


@pytest.mark.parametrize(
    ("containers", "inits", "expected"),
    [
        (["100m", "200m"], [], 300),
        (["100m", "200m"], [container("i", cpu="250m")], 300),
        (["100m", "200m"], [container("i", cpu="400m")], 400),
        (["300m"], [sidecar("s", "50m"), container("i", cpu="400m")], 450),
        (["300m"], [container("i", cpu="400m"), sidecar("s", "50m")], 400),
        (["300m"], [sidecar("s", "50m"), sidecar("t", "60m")], 410),
        (["0.0005", "0.0006"], [], 2),
        (["0.0005", "0.0005", "0.0005"], [], 2),
        (["0.0005", "0.0005"], [], 1),
    ],
)
def test_containers_sidecars_and_init_containers(containers: list[str], inits: list[Container], expected: int) -> None:
    made = tuple(container(f"c{n}", cpu=cpu) for n, cpu in enumerate(containers))
    pod = pod_of(PodSpec(containers=made, init_containers=tuple(inits)))
    assert placed_requests(pod) == {"cpu": expected}
    assert incoming_requests(pod.spec) == {"cpu": expected}


def test_pod_level_replaces_and_overhead_comes_on_top() -> None:
    spec = PodSpec(
        containers=(container("c", cpu="100m", memory="1Gi"),),
        resources=ResourceRequirements(requests={"cpu": "500m", "ephemeral-storage": "5Gi"}),
        overhead={"cpu": "30m", "memory": "1"},
    )
    assert placed_requests(pod_of(spec)) == {"cpu": 530, "memory": 2**30 + 1}


@pytest.mark.parametrize(
    ("reason", "allocated", "expected"),
    [
        (None, "300m", 300),
        (None, "50m", 200),
        ("Deferred", "50m", 200),
        ("Infeasible", "50m", 100),
        ("Infeasible", "150m", 150),
    ],
)
def test_resizing_counts_the_largest_figure_unless_infeasible(
    reason: str | None, allocated: str, expected: int
) -> None:
    status = PodStatus(
        container_statuses=(
            ContainerStatus(
                name="c",
                resources=ResourceRequirements(requests={"cpu": "100m"}),
                allocated_resources={"cpu": allocated},
            ),
        ),
        conditions=(Condition(type="PodResizePending", status="True", reason=reason),) if reason else (),
    )
    pod = pod_of(PodSpec(containers=(container("c", cpu="200m"),)), status)
    assert placed_requests(pod) == {"cpu": expected}
    assert incoming_requests(pod.spec) == {"cpu": 200}


def test_a_sidecar_is_resized_and_a_plain_init_container_is_not() -> None:
    resized = tuple(
        ContainerStatus(name=name, resources=ResourceRequirements(requests={"cpu": "900m"})) for name in ("s", "i")
    )
    spec = PodSpec(
        containers=(container("c", cpu="100m"),), init_containers=(sidecar("s", "10m"), container("i", cpu="20m"))
    )
    assert placed_requests(pod_of(spec, PodStatus(init_container_statuses=resized))) == {"cpu": 1000}


def test_limits_stand_in_for_missing_requests_of_a_new_pod_only() -> None:
    spec = PodSpec(containers=(container("c", cpu="100m", limits={"cpu": "1", "memory": "1Gi"}),))
    assert incoming_requests(spec) == {"cpu": 100, "memory": 2**30}
    assert placed_requests(pod_of(spec)) == {"cpu": 100}


def test_a_pod_level_limit_stands_in_where_nobody_requests() -> None:
    limits = ResourceRequirements(limits={"cpu": "900m", "memory": "1Gi"})
    spec = PodSpec(containers=(container("c", cpu="100m"),), resources=limits, overhead={"memory": "1Mi"})
    assert incoming_requests(spec) == {"cpu": 100, "memory": 2**30 + 2**20}


def test_only_what_the_scheduler_compares_counts() -> None:
    names = ("example.com/gpu", "hugepages-2Mi", "attachable-volumes-azure-disk", "ephemeral-storage")
    assert all(map(is_compared, names))
    assert not is_compared("storage")


def test_allocatable_is_rounded_up() -> None:
    fractional = node("n", cpu="19500u", memory="128974848000m", pods=30)
    assert allocatable(fractional) == {"cpu": 20, "memory": 128974848, "pods": 30}
