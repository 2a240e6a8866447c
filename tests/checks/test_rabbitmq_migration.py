"""RabbitMQ's procedure: each state as it is reached, forwards, backwards and with a step left out."""

from typing import Any

import pytest

from checks.installer_secrets import installer_secrets
from checks.rabbitmq_migration import rabbitmq_migration
from checks.secret_mapping import secret_mapping
from preflight import Finding, Missing, Status, facts
from preflight.facts import SecretProviderClasses, SecretProviderClassPodStatuses
from preflight.model import Target
from preflight.sync.rabbitmq import PROCEDURE
from preflight.testing import (
    claim,
    class_pod_status,
    container,
    daemon_set,
    header,
    judge,
    release,
    secret,
    secret_provider_class,
    values,
)

MANAGED = {"secrets-store.csi.k8s.io/managed": "true"}
KEYS = {"rabbitmq-password": "cluedin-rabbitmq-password", "rabbitmq-erlang-cookie": "cluedin-rabbitmq-cookie"}
HELMS = secret("cluedin-rabbitmq", keys=KEYS, release="cluedin", managers=("helm",))
DRIVERS = secret("cluedin-rabbitmq", keys=KEYS, labels=MANAGED, managers=("secrets-store-csi-driver",))
BY_HAND = secret("cluedin-rabbitmq", keys=KEYS, managers=("kubectl-create",))
CLASS = secret_provider_class("cluedin-rabbitmq-sync", {"cluedin-rabbitmq": KEYS})
DEPLOYED = SecretProviderClasses(served=True, items=(CLASS,))
NO_CLASS = SecretProviderClasses(served=True)
MOUNTED = SecretProviderClassPodStatuses(
    served=True,
    items=(class_pod_status("cluedin-rabbitmq-sync", "cluedin-rabbitmq-0", dict.fromkeys(KEYS.values(), "0" * 32)),),
)
UNMOUNTED = SecretProviderClassPodStatuses(served=True)
OLD = daemon_set("aks-secrets-store-csi-driver", containers=(container("secrets-store", image="x/driver:v1.5.6"),))
NEW = daemon_set("aks-secrets-store-csi-driver", containers=(container("secrets-store", image="x/driver:v1.6.0"),))


def plan(*, password: bool, synced: bool = True) -> facts.Values:
    rabbit = "  rabbitmq:\n    auth:\n      password: made-up\n" if password else "  rabbitmq: {auth: {password: ''}}\n"
    entries = "".join(f"          {key}: {name}\n" for key, name in KEYS.items())
    classes = (
        "    secretProviderClasses:\n      cluedin-rabbitmq:\n      - secretName: cluedin-rabbitmq\n"
        f"        secretKeys:\n{entries}"
    )
    return values(
        f"infrastructure:\n{rabbit}global:\n  keyvault:\n    enabled: true\n    keyvaultName: kv-1\n"
        + (classes if synced else "")
    )


WITH, WITHOUT = plan(password=True), plan(password=False)
MAKING = release(secrets=("cluedin-rabbitmq",))
FRESH = facts.Release(found=False)


def findings(**given: Any) -> tuple[Finding, ...]:
    known: dict[str, Any] = {
        "stage": "deploy",
        "values": WITH,
        "secrets": (HELMS,),
        "release": MAKING,
        "daemon_sets": (OLD,),
        "secret_provider_classes": NO_CLASS,
        "secret_provider_class_pod_statuses": UNMOUNTED,
    }
    return judge(rabbitmq_migration, **{**known, **given}).findings


def the_finding(**given: Any) -> Finding:
    (finding,) = findings(**given)
    return finding


STEPS: list[tuple[str, Status, Status, dict[str, Any]]] = [
    ("before 1", Status.PASS, Status.PASS, {}),
    ("not mounted", Status.WARN, Status.FAIL, {"secret_provider_classes": DEPLOYED}),
    (
        "after 1",
        Status.WARN,
        Status.WARN,
        {"secret_provider_classes": DEPLOYED, "secret_provider_class_pod_statuses": MOUNTED},
    ),
    (
        "within 2",
        Status.WARN,
        Status.WARN,
        {"secret_provider_classes": DEPLOYED, "secret_provider_class_pod_statuses": MOUNTED, "secrets": ()},
    ),
    (
        "after 2",
        Status.FAIL,
        Status.WARN,
        {"secret_provider_classes": DEPLOYED, "secret_provider_class_pod_statuses": MOUNTED, "secrets": (DRIVERS,)},
    ),
    (
        "done",
        Status.PASS,
        Status.PASS,
        {
            "secret_provider_classes": DEPLOYED,
            "secret_provider_class_pod_statuses": MOUNTED,
            "secrets": (DRIVERS,),
            "values": WITHOUT,
        },
    ),
]
"""The procedure from its start to its end: state, status where values are to be deployed, and where they are."""


@pytest.mark.parametrize(("state", "deploying", "deployed", "given"), STEPS, ids=[step[0] for step in STEPS])
def test_each_step_is_recognised(state: str, deploying: Status, deployed: Status, given: dict[str, Any]) -> None:
    for stage, status in (("deploy", deploying), ("verify", deployed)):
        finding = the_finding(**given, stage=stage)
        assert (finding.evidence["state"], finding.status) == (state, status)
        assert finding.object == "secret/cluedin/cluedin-rabbitmq"


def test_step_2_has_the_exact_commands_and_only_it_deletes_anything() -> None:
    said = {step[0]: the_finding(**step[3]) for step in STEPS}
    assert said["after 1"].commands
    assert said["after 1"].commands.bash == (
        "kubectl get secret cluedin-rabbitmq -n cluedin -o yaml > cluedin-rabbitmq.backup.yaml",
        "kubectl delete secret cluedin-rabbitmq -n cluedin",
        "kubectl delete pod cluedin-rabbitmq-0 -n cluedin",
        "kubectl get secret cluedin-rabbitmq -n cluedin --show-labels",
    )
    deleting = [
        state for state, one in said.items() if one.commands and any("delete secret" in c for c in one.commands.bash)
    ]
    assert deleting == ["after 1"]


def test_step_3_tells_that_helm_deletes_the_secret_once_more() -> None:
    given = {"secret_provider_classes": DEPLOYED, "secret_provider_class_pod_statuses": MOUNTED, "secrets": (DRIVERS,)}
    holding = the_finding(**given)
    assert "deletes the Secret once more" in (holding.hint or "")
    assert holding.commands
    assert holding.commands.bash[1] == "kubectl delete pod cluedin-rabbitmq-0 -n cluedin"
    next_ = the_finding(**given, values=WITHOUT)
    assert "step 3 of 3 is next" in next_.message
    assert "run no second upgrade" in next_.message
    over = the_finding(**given, values=WITHOUT, release=release())
    assert over.message.startswith("migrated")
    for owned, deleted in ((MAKING, 1), (release(), 0)):
        found = judge(installer_secrets, stage="deploy", values=WITHOUT, secrets=(DRIVERS,), release=owned).findings
        assert sum("deleted by Helm in the upgrade all the same" in f.message for f in found) == deleted


def test_a_password_that_would_be_deployed_again_is_pointed_at() -> None:
    finding = the_finding(**STEPS[4][3])
    assert finding.location
    assert (finding.location.file, finding.location.line) == ("values.yaml", 4)


def test_step_3_without_the_secret_fails_before_and_warns_after() -> None:
    for stage, status in (("deploy", Status.FAIL), ("verify", Status.WARN)):
        finding = the_finding(stage=stage, values=WITHOUT, secrets=(), secret_provider_classes=DEPLOYED)
        assert (finding.evidence["state"], finding.status) == ("too early", status)
        assert "PASSWORDS ERROR" in finding.message


@pytest.mark.parametrize("classes", [NO_CLASS, DEPLOYED])
def test_a_step_that_was_skipped_is_named(classes: SecretProviderClasses) -> None:
    finding = the_finding(values=WITHOUT, secret_provider_classes=classes)
    assert (finding.evidence["state"], finding.status) == ("skipped", Status.WARN)
    assert "steps 1 and 2 first" in (finding.hint or "")


def test_a_secret_made_by_hand_is_moved_like_helms_and_never_said_to_be_deleted_by_it() -> None:
    given = {"secret_provider_classes": DEPLOYED, "secret_provider_class_pod_statuses": MOUNTED}
    finding = the_finding(**given, secrets=(BY_HAND,))
    assert (finding.evidence["state"], finding.evidence["owner"]) == ("after 1", "somebody")
    for stage in ("deploy", "verify"):
        mounted = the_finding(**given, secrets=(BY_HAND,), values=WITHOUT, stage=stage)
        assert (mounted.evidence["state"], mounted.status) == ("foreign", Status.WARN)
        assert "Helm deletes" not in mounted.message
        assert mounted.commands
        assert mounted.commands.bash[1] == "kubectl delete secret cluedin-rabbitmq -n cluedin"
    unmounted = the_finding(secrets=(BY_HAND,), values=WITHOUT, secret_provider_classes=DEPLOYED)
    assert (unmounted.evidence["state"], unmounted.commands) == ("foreign", None)


def test_the_next_commands_name_what_is_there() -> None:
    head = header(stage="deploy", target=Target(vault="kv-1", values=("my values.yaml",)))
    began = the_finding(
        stage="deploy",
        header=head,
        release=release("crm", secrets=("cluedin-rabbitmq",)),
        secrets=(secret("cluedin-rabbitmq", keys=KEYS, release="crm"),),
    )
    assert began.commands
    assert began.commands.bash == (
        (
            "kubectl get secret cluedin-rabbitmq -n cluedin -o "
            "'go-template={{index .data `rabbitmq-password` | base64decode}}' > cluedin-rabbitmq.present"
        ),
        "az keyvault secret set --vault-name kv-1 --name cluedin-rabbitmq-password --file cluedin-rabbitmq.present",
        "rm cluedin-rabbitmq.present",
        "helm upgrade crm CHART -n cluedin -f 'my values.yaml'",
    )
    assert len(began.commands.powershell) == len(began.commands.bash)


def test_what_was_not_read_is_not_claimed_and_nothing_is_to_be_deleted() -> None:
    unread = the_finding(secret_provider_classes=DEPLOYED, secret_provider_class_pod_statuses=None)
    assert (unread.status, unread.evidence["state"]) == (Status.UNKNOWN, "mount not known")
    assert unread.commands
    assert not any("delete" in line for line in unread.commands.bash)
    refused = Missing(reason="refused", why="refused")
    assert the_finding(secret_provider_classes=refused).status is Status.UNKNOWN


def test_a_volume_that_an_earlier_installation_left_is_no_fresh_installation() -> None:
    left = (claim("data-cluedin-rabbitmq-0", "pvc-1"),)
    for plan_ in (WITH, WITHOUT):
        finding = the_finding(release=FRESH, secrets=(), values=plan_, persistent_volume_claims=left)
        assert (finding.evidence["state"], finding.status) == ("left volume", Status.WARN)
    others = (claim("data-cluedin-rabbitmq-0", "pvc-1", namespace="elsewhere"), claim("redis-data", "pvc-2"))
    fresh = the_finding(release=FRESH, secrets=(), values=WITHOUT, persistent_volume_claims=others)
    assert fresh.status is Status.PASS


def test_a_fresh_installation_passes_and_needs_no_password() -> None:
    assert the_finding(release=FRESH, secrets=(), values=WITHOUT).status is Status.PASS
    assert the_finding(release=FRESH, secrets=()).status is Status.WARN


def test_from_driver_1_6_on_the_values_must_be_equal_before_step_1() -> None:
    finding = the_finding(daemon_sets=(NEW,))
    assert finding.status is Status.WARN
    assert "replaces the Secret already in step 1" in finding.message
    assert "present password" in (finding.hint or "")
    for unknown in ((), None, (daemon_set("other"),)):
        finding = the_finding(daemon_sets=unknown)
        assert finding.status is Status.WARN
        assert "a driver from 1.6 on replaces the Secret already in step 1" in finding.message


def test_what_is_not_synced_needs_no_migration() -> None:
    assert the_finding(values=plan(password=True, synced=False)).status is Status.SKIP


def test_without_values_what_is_deployed_tells() -> None:
    absent = Missing(reason="no -f given", why="not-given")
    given = {"values": absent, "secret_provider_classes": DEPLOYED, "secret_provider_class_pod_statuses": MOUNTED}
    assert the_finding(**given).evidence["state"] == "after 1"
    assert the_finding(**given, secrets=(DRIVERS,), release=release()).evidence["state"] == "done"


def test_a_release_that_was_not_read_leaves_it_open() -> None:
    refused = Missing(reason="needs get secrets", why="refused")
    finding = the_finding(release=refused)
    assert finding.status is Status.UNKNOWN
    assert "needs get secrets" in finding.message


def test_every_state_has_its_words() -> None:
    for step in PROCEDURE.values():
        assert len(step.reached + step.not_now) < 390


def test_other_checks_leave_the_secret_to_the_migration_while_it_is_under_way() -> None:
    given: dict[str, Any] = {
        "values": WITH,
        "secrets": (HELMS,),
        "release": MAKING,
        "secret_provider_classes": DEPLOYED,
        "secret_provider_class_pod_statuses": MOUNTED,
    }
    for check in (installer_secrets, secret_mapping):
        said = [f for f in judge(check, stage="deploy", **given).findings if "cluedin-rabbitmq" in (f.object or "")]
        assert [(f.status, "see rabbitmq-migration" in f.message) for f in said] == [(Status.SKIP, True)], check.id
        begins = judge(check, stage="deploy", **given | {"secret_provider_classes": NO_CLASS}).findings
        about = [f for f in begins if "cluedin-rabbitmq" in (f.object or "")]
        assert [f.status for f in about] == [Status.SKIP], "what step 1 deploys is no collision"
    refused = {**given, "secrets": (BY_HAND,), "secret_provider_classes": NO_CLASS}
    found = judge(installer_secrets, stage="deploy", **refused).findings
    assert any(f.status is Status.FAIL and "invalid ownership" in f.message for f in found)
