from typing import Any

import pytest
from msgspec.structs import replace

from checks.pods_start import pods_start
from preflight import Finding, Missing, Status, facts
from preflight.demo import sample
from preflight.facts.kubernetes import Condition
from preflight.testing import class_volume, event, judge, judge_snapshot, pod

NOT_FOUND = (
    'MountVolume.SetUp failed for volume "azure-keyvault-secrets" : rpc error: code = Unknown desc = A secret with '
    "(name/id) cluedin-email-host was not found in this key vault"
)
NO_EMAIL = 'secret "cluedin-email" not found'


def findings(*pods: facts.Pod, events: Any = (), **given: Any) -> tuple[Finding, ...]:
    return judge(pods_start, stage="verify", pods=pods, events=events, **given).findings


def the_finding(*pods: facts.Pod, **given: Any) -> Finding:
    (finding,) = findings(*pods, **given)
    return finding


def creating(name: str = "cluedin-server-1", **more: Any) -> facts.Pod:
    return pod(name, node="n", phase="Pending", waiting="ContainerCreating", **more)


def configured(name: str = "cluedin-gql-1", message: str = NO_EMAIL, **more: Any) -> facts.Pod:
    return pod(name, node="n", phase="Pending", waiting="CreateContainerConfigError", waiting_message=message, **more)


def unscheduled(message: str, name: str = "cluedin-neo4j-0") -> facts.Pod:
    made = pod(name)
    condition = Condition(type="PodScheduled", status="False", reason="Unschedulable", message=message)
    return replace(made, status=replace(made.status, conditions=(condition,)))


def test_pods_that_run_pass() -> None:
    finding = the_finding(pod("a", node="n"), pod("done", node="n", phase="Succeeded"))
    assert (finding.status, finding.evidence) == (Status.PASS, {"pods": 2})


def test_a_pod_whose_container_was_started_or_waits_for_another_one_does_not_count() -> None:
    waits = [pod(reason.lower(), node="n", waiting=reason) for reason in ("CrashLoopBackOff", "PodInitializing")]
    assert the_finding(*waits).status is Status.PASS


def test_a_pod_on_a_node_of_whose_containers_nothing_is_told_waits() -> None:
    """Its node is down, or a virtual one that refused it."""
    (silent,) = findings(pod("cluedin-gql-1", node="n", phase="Pending"))
    assert (silent.status, silent.object) == (Status.FAIL, "pod/cluedin/cluedin-gql-1")
    refused = pod("cluedin-server-1", node="aci", phase="Pending")
    refused = replace(refused, status=replace(refused.status, reason="ProviderFailed"))
    told = event(
        refused,
        "ProviderCreateFailed",
        "pod cluedin-server-1 requires volume certs which is of an unsupported type secrets-store.csi.k8s.io",
    )
    finding = the_finding(refused, events=(told,))
    assert finding.message.startswith("ProviderFailed: certs: the pod is on a virtual node")
    assert finding.evidence["check"] == "addon-conflict"


def test_without_a_pod_of_ours_nothing_is_said() -> None:
    assert the_finding(pod("other", node="n", namespace="integration")).status is Status.SKIP


def test_a_volume_that_is_not_mounted_names_object_cause_and_check() -> None:
    stuck = creating()
    finding = the_finding(stuck, events=(event(stuck, "FailedMount", NOT_FOUND),))
    assert (finding.status, finding.object) == (Status.FAIL, "pod/cluedin/cluedin-server-1")
    assert "cluedin-email-host: the vault has no object of this name" in finding.message
    assert finding.hint
    assert finding.hint.endswith("see check vault-objects")
    assert (finding.evidence["symptom"], finding.evidence["check"]) == ("secret-not-in-vault", "vault-objects")


def test_pods_that_wait_for_the_same_are_one_finding() -> None:
    finding = the_finding(*(configured(f"cluedin-{name}") for name in ("b", "a", "c")))
    assert finding.object == "pod/cluedin/cluedin-a"
    assert finding.evidence["pods"] == ["cluedin-a", "cluedin-b", "cluedin-c"]
    assert finding.message.startswith("CreateContainerConfigError, like 2 more: cluedin-email: nobody has made")


def test_pods_that_wait_for_different_things_are_told_apart() -> None:
    found = findings(configured("a"), configured("b", "couldn't find key password in Secret cluedin/cluedin-redis"))
    assert [finding.evidence["symptom"] for finding in found] == ["secret-missing", "secret-key-missing"]


def test_the_schedulers_own_condition_is_enough() -> None:
    finding = the_finding(unscheduled("0/7 nodes are available: 7 Too many pods."), events=Missing(reason="refused"))
    assert (finding.status, finding.evidence["check"]) == (Status.FAIL, "max-pods-headroom")


def test_newest_words_count_first_and_giving_up_counts_last() -> None:
    stuck = creating()
    old = event(
        stuck, "FailedMount", 'Code="Forbidden" InnerError={"code":"ForbiddenByRbac"}', seen="2026-01-15T08:10:00Z"
    )
    new = event(stuck, "FailedMount", NOT_FOUND, seen="2026-01-15T08:50:00Z")
    gave_up = event(
        stuck, "FailedMount", "Unable to attach or mount volumes: unmounted volumes=[a]", seen="2026-01-15T08:59:00Z"
    )
    finding = the_finding(stuck, events=(old, gave_up, new))
    assert finding.evidence["symptom"] == "secret-not-in-vault"
    assert finding.evidence["also"] == ["forbidden-by-rbac", "mount-timed-out"]


def test_what_is_over_explains_nothing() -> None:
    """A pod that has its node and its volumes does not wait for them any more, whatever older events say."""
    stuck = configured()
    over = (event(stuck, "FailedMount", NOT_FOUND), event(stuck, "FailedScheduling", "0/7 nodes: 7 Too many pods"))
    finding = the_finding(stuck, events=over)
    assert (finding.evidence["symptom"], finding.evidence["also"]) == ("secret-missing", [])


def test_unknown_words_are_shown_and_not_explained() -> None:
    stuck = creating()
    finding = the_finding(stuck, events=(event(stuck, "FailedMount", "the moon is in the wrong house"),))
    assert finding.status is Status.FAIL
    assert finding.message.endswith("no known symptom: the moon is in the wrong house")
    assert finding.commands
    assert finding.commands.bash == ("kubectl describe pod cluedin-server-1 -n cluedin",)


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ((), "no event says why"),
        (Missing(reason="needs list events", why="refused"), "(events not read: needs list events)"),
    ],
)
def test_without_words_it_still_fails(events: Any, said: str) -> None:
    finding = the_finding(creating(), events=events)
    assert finding.status is Status.FAIL
    assert said in finding.message


def test_a_pod_that_was_made_just_now_warns() -> None:
    young = creating(created="2026-01-15T08:58:00Z")
    assert the_finding(young).status is Status.WARN
    outcome = judge(pods_start, stage="verify", pods=(young,), events=(), thresholds={"grace_minutes": 1})
    assert outcome.status is Status.FAIL


def test_an_evicted_pod_warns_with_the_reason() -> None:
    gone = pod("cluedin-server-1", node="n", phase="Failed")
    gone = replace(gone, status=replace(gone.status, reason="Evicted"))
    finding = the_finding(gone, events=(event(gone, "Evicted", "The node was low on resource: memory."),))
    assert (finding.status, finding.evidence["check"]) == (Status.WARN, "node-resource-pressure")


def test_a_secret_that_the_driver_could_not_make_is_told_of_a_pod_that_runs() -> None:
    runs = pod("cluedin-server-1", node="n")
    said = (
        "failed to get data in spc cluedin/cluedin-server-sync for secret cluedin-email, err: file matching "
        "objectName Email-Host not found in the pod"
    )
    found = findings(runs, events=(event(runs, "FailedToCreateSecret", said),))
    warned = next(finding for finding in found if finding.status is Status.WARN)
    assert "Email-Host" in warned.message
    assert warned.evidence["check"] == "secret-keys"


def test_rabbitmqs_secret_belongs_to_its_migration() -> None:
    finding = the_finding(configured("cluedin-rabbitmq-0", 'secret "cluedin-rabbitmq" not found'))
    assert finding.evidence["check"] == "rabbitmq-migration"


def test_pods_elsewhere_count_when_they_mount_the_vault() -> None:
    elsewhere = creating("importer", namespace="integration", volumes=(class_volume("importer-sync"),))
    assert the_finding(elsewhere).object == "pod/integration/importer"


def test_the_sample_names_three_causes() -> None:
    found = judge_snapshot(pods_start, sample("verify")).findings
    assert {finding.evidence["symptom"] for finding in found} == {
        "secret-not-in-vault",
        "secret-key-missing",
        "insufficient",
    }
    assert all(finding.status is Status.FAIL for finding in found)
