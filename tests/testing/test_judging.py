"""judge() goes through the real runner, and tells an author what a mistake of theirs is."""

from collections.abc import Iterator

import pytest

from preflight import Finding, Missing, check, facts, passed
from preflight.model import Status
from preflight.testing import cluster, guid, header, judge, node, pod, secret_provider_class, values, vault
from preflight.testing.kubernetes import taint, toleration


@check("counts", group="capacity", stages=("enable",))
def counts(
    nodes: tuple[facts.Node, ...],
    header: facts.Header,
    vault: facts.Vault | Missing | None = None,
    *,
    most: int = 3,
) -> Iterator[Finding]:
    """There are few nodes."""
    if len(nodes) > most:
        raise ValueError("too many")
    yield passed(f"{len(nodes)} {header.offline} {vault.why if isinstance(vault, Missing) else vault}")


def test_it_judges() -> None:
    assert judge(counts, nodes=(node("a"),)).findings == (passed("1 False not-given"),)


def test_what_is_not_given_is_missing() -> None:
    assert judge(counts).status is Status.UNKNOWN
    assert judge(counts, stage="deploy").status is Status.SKIP
    assert judge(counts, header=header(offline=True), nodes=()).findings[0].message.startswith("0 True")


def test_thresholds_are_given_by_name() -> None:
    with pytest.raises(ValueError, match="too many"):
        judge(counts, nodes=(node("a"),), thresholds={"most": 0})


def test_a_fact_that_the_check_does_not_read_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="counts does not read podz; it reads nodes, header, vault"):
        judge(counts, nodes=(), podz=())


def test_an_ordinary_node() -> None:
    made = node("general-0", pods=50, taints=("pool=data:NoSchedule", "gone:NoExecute"), conditions={"Ready": "False"})
    assert made.status.allocatable == {"cpu": "8", "memory": "32Gi", "pods": "50"}
    assert [(condition.type, condition.status) for condition in made.status.conditions] == [("Ready", "False")]
    assert [(one.key, one.value, one.effect) for one in made.spec.taints] == [
        ("pool", "data", "NoSchedule"),
        ("gone", "", "NoExecute"),
    ]


def test_tolerations_as_kubectl_writes_them() -> None:
    everything, any_value, one_value = toleration("*"), toleration("a:NoSchedule"), toleration("a=b:NoSchedule")
    assert (everything.operator, everything.key, everything.effect) == ("Exists", "", "")
    assert (any_value.operator, any_value.key) == ("Exists", "a")
    assert (one_value.operator, one_value.value) == ("Equal", "b")
    assert toleration(":NoSchedule").key == ""
    assert taint("a=b:NoSchedule").value == one_value.value


def test_an_ordinary_pod() -> None:
    made = pod("a-1", node="general-0", cpu="100m", owner="ReplicaSet/a", priority_class="high-priority-apps")
    assert (made.status.phase, made.spec.priority) == ("Running", 100_000)
    assert made.metadata.owner_references[0].controller
    assert made.spec.containers[0].resources.requests == {"cpu": "100m"}
    assert pod("a-2").status.phase == "Pending"
    assert pod("a-3", priority=7).spec.priority == 7


def test_values_of_text_have_lines_and_those_of_a_release_none() -> None:
    text = values("global:\n  keyvault:\n    enabled: true\n")
    assert [(setting.path[-1], setting.file, setting.line) for setting in text.settings][-1] == (
        "enabled",
        "values.yaml",
        3,
    )
    deployed = values({"global": {"keyvault": {"enabled": True}}})
    assert (deployed.source, deployed.settings[-1].line) == ("release", None)


def test_ids_are_made_up_and_steady() -> None:
    assert guid(1) == guid(1) != guid(2)
    assert cluster(addon=True) == cluster(addon=True)
    addon = cluster(addon=True).keyvault_addon
    assert addon
    assert addon.identity
    assert addon.identity.client_id != addon.identity.object_id
    assert vault().id.endswith("/vaults/kv-cluedin-sample")


def test_a_class_as_the_chart_renders_it() -> None:
    made = secret_provider_class("a-sync", {"one": {"k": "object-1", "l": "object-1"}, "two": {"m": "object-2"}})
    assert made.spec.parameters.objects is not None
    assert made.spec.parameters.objects.count("objectName: object-1\n") == 1
    assert [(entry.secret_name, [data.key for data in entry.data]) for entry in made.spec.secret_objects] == [
        ("one", ["k", "l"]),
        ("two", ["m"]),
    ]
