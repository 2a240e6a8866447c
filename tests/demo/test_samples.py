"""The samples tell the stories they are for, the same in every run, from nothing but memory."""

import re
import sys

import msgspec
import pytest

from preflight.bundle import encode
from preflight.catalog import load
from preflight.demo import aks, sample
from preflight.facts import FACTS, Missing, Secret
from preflight.model import STAGES, Finding, Outcome, Stage, Status
from preflight.runner import run
from preflight.settings import Settings

HEADLINES = (
    "max-pods-headroom",
    "node-resource-pressure",
    "identity-permissions",
    "akv-naming",
    "installer-secrets",
)


def outcomes(stage: Stage) -> dict[str, Outcome]:
    catalog = load(packs=False)
    report = run([(offer.check, offer.pack) for offer in catalog.offers], sample(stage), Settings(), FACTS)
    return {outcome.id: outcome for outcome in report.outcomes}


def worst(outcome: Outcome) -> Finding:
    return outcome.findings[0]


@pytest.mark.parametrize("stage", STAGES)
def test_it_says_that_it_is_a_sample_of_its_stage(stage: Stage) -> None:
    header = sample(stage).header
    assert header.sample
    assert (header.stage, header.stages) == (stage, (stage,))
    assert header.stage_reason
    assert (header.target.cluster, header.target.vault) == ("aks-cluedin-sample", "kv-cluedin-sample")


@pytest.mark.parametrize("stage", STAGES)
def test_it_is_always_the_same(stage: Stage) -> None:
    assert encode(sample(stage)) == encode(sample(stage))


def test_enable_is_the_default() -> None:
    assert sample() == sample("enable")


@pytest.mark.parametrize("stage", STAGES)
def test_every_fact_is_of_its_type(stage: Stage) -> None:
    facts = sample(stage).facts
    assert facts.keys() == FACTS.keys()
    for name, value in facts.items():
        if not isinstance(value, Missing):
            assert msgspec.json.decode(msgspec.json.encode(value), type=FACTS[name].type) == value


@pytest.mark.parametrize("stage", STAGES)
def test_it_has_the_documented_pools(stage: Stage) -> None:
    nodes = sample(stage).get("nodes")
    assert len(nodes) == sample(stage).header.target.nodes == 7
    counts = {pool.name: pool.count for pool in sample(stage).get("cluster").agent_pool_profiles}
    assert counts == {"system": 1, "general": 2, "data": 2, "dataneo": 1, "processing": 1}
    tainted = {node.metadata.labels["agentpool"] for node in nodes for t in node.spec.taints if t.key == aks.POOL_KEY}
    assert tainted == {"data", "dataneo", "processing"}


@pytest.mark.parametrize("stage", STAGES)
def test_what_runs_could_have_been_scheduled(stage: Stage) -> None:
    """No node carries more than it can, and every pod of CluedIn's pools tolerates where it is."""
    for node in sample(stage).get("nodes"):
        there = [
            pod
            for pod in sample(stage).get("pods")
            if pod.spec.node_name == node.metadata.name and pod.status.phase not in ("Succeeded", "Failed")
        ]
        assert len(there) <= int(node.status.allocatable["pods"])
        for pod in there:
            keys = {toleration.key for toleration in pod.spec.tolerations}
            assert "" in keys or {taint.key for taint in node.spec.taints} <= keys, pod.metadata.name


@pytest.mark.parametrize("stage", STAGES)
def test_names_are_unique_and_owners_exist(stage: Stage) -> None:
    facts = sample(stage).facts
    names = [(pod.metadata.namespace, pod.metadata.name) for pod in facts["pods"]]
    assert len(set(names)) == len(names)
    owners = {
        (kind, item.metadata.name)
        for kind, fact in (
            ("DaemonSet", "daemon_sets"),
            ("ReplicaSet", "replica_sets"),
            ("StatefulSet", "stateful_sets"),
            ("Job", "jobs"),
        )
        for item in facts[fact]
    }
    named = {
        (owner.kind, owner.name)
        for pod in facts["pods"]
        if pod.metadata.namespace != "kube-system"
        for owner in pod.metadata.owner_references
    }
    assert named <= owners


def test_no_sample_could_hold_a_value() -> None:
    assert "data" not in {field.name for field in msgspec.structs.fields(Secret)}


@pytest.mark.parametrize("id", HEADLINES)
def test_the_headline_checks_give_a_real_verdict(id: str) -> None:
    assert outcomes("enable")[id].status in (Status.PASS, Status.WARN, Status.FAIL)


def test_every_status_shows_in_the_default_sample() -> None:
    shown = {finding.status for outcome in outcomes("enable").values() for finding in outcome.findings}
    assert shown == set(Status)


def test_the_story_of_enable() -> None:
    judged = outcomes("enable")
    slots, cpu = worst(judged["max-pods-headroom"]), worst(judged["node-resource-pressure"])
    assert (slots.object, slots.status) == ("node/general-0", Status.FAIL)
    assert "29 of 30" in slots.message
    assert (cpu.object, cpu.status) == ("node/dataneo-0", Status.FAIL)
    assert re.search(r"7760m \+ 120m .* > 7820m", cpu.message)
    assert judged["addon-state"].status is Status.PASS
    assert judged["identity-kind"].status is Status.UNKNOWN
    grant = worst(judged["identity-permissions"])
    assert grant.status is Status.FAIL
    assert "Key Vault Reader" in grant.message
    assert "Key Vault Secrets User" in (grant.hint or "")
    slip = worst(judged["akv-naming"])
    assert slip.status is Status.WARN
    assert "smtp-relay-password" in slip.message
    assert slip.location
    assert slip.location.file == "values.yaml"


def test_the_story_of_deploy() -> None:
    judged = outcomes("deploy")
    assert judged["max-pods-headroom"].status is Status.PASS
    assert judged["node-resource-pressure"].status is Status.PASS
    assert judged["addon-state"].status is Status.PASS
    assert judged["identity-permissions"].status is Status.PASS
    kind = worst(judged["identity-kind"])
    assert kind.status is Status.FAIL
    assert "object id" in kind.message
    assert any("secretTyp" in (finding.object or "") for finding in judged["keyvault-values"].findings)
    assert judged["installer-secrets"].status is Status.FAIL
    assert any(
        finding.object == "secret/cluedin/cluedin-login-details" for finding in judged["installer-secrets"].findings
    )


def test_the_story_of_verify() -> None:
    pods = sample("verify").get("pods")
    stuck = {pod.metadata.name.rsplit("-", 2)[0] for pod in pods if pod.status.phase == "Pending"}
    assert stuck == {"cluedin-server", "cluedin-grafana", "cluedin-server-processing"}
    mounted = {
        item.status.secret_provider_class_name
        for item in sample("verify").get("secret_provider_class_pod_statuses").items
    }
    assert {item.metadata.name for item in sample("verify").get("secret_provider_classes").items} - mounted == {
        "cluedin-server-sync"
    }
    present = {item.metadata.name for item in sample("verify").get("secrets")}
    assert "cluedin-email" not in present
    assert "cluedin-redis" in present


def test_making_a_sample_loads_no_client_library() -> None:
    heavy = {"kubernetes", "azure", "msal", "requests", "cryptography", "jinja2"}
    before = set(sys.modules)
    for stage in STAGES:
        sample(stage)
    assert not heavy & {name.partition(".")[0] for name in set(sys.modules) - before}
