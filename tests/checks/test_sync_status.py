from typing import Any

from checks.sync_status import sync_status
from preflight import Finding, Missing, Status
from preflight.facts import SecretProviderClasses, SecretProviderClassPodStatuses, VaultObject
from preflight.testing import class_pod_status, cluster, judge, release, secret, secret_provider_class

OLD, NEW = "a" * 32, "b" * 32
MANAGED = {"secrets-store.csi.k8s.io/managed": "true"}
CLASS = secret_provider_class("server-sync", {"cluedin-email": {"EmailHost": "host"}})
CLASSES = SecretProviderClasses(served=True, items=(CLASS,))
MADE = secret("cluedin-email", keys=("EmailHost",), labels=MANAGED)


def records(*pods: str, version: str = NEW) -> SecretProviderClassPodStatuses:
    items = tuple(class_pod_status("server-sync", pod, {"host": version}) for pod in pods)
    return SecretProviderClassPodStatuses(served=True, items=items)


VERSIONS = (
    VaultObject(name="host", version=NEW, created="2026-01-10T00:00:00Z"),
    VaultObject(name="host", version=OLD, created="2026-01-02T00:00:00Z"),
)


def findings(**given: Any) -> tuple[Finding, ...]:
    known = {
        "secret_provider_classes": CLASSES,
        "secret_provider_class_pod_statuses": records("server-1"),
        "secrets": (MADE,),
        "cluster": cluster(addon=True),
        "vault_secret_versions": VERSIONS,
        "release": release(),
    }
    return judge(sync_status, stage="verify", **{**known, **given}).findings


def the_finding(**given: Any) -> Finding:
    (finding,) = findings(**given)
    return finding


def test_present_owned_and_current_passes() -> None:
    finding = the_finding()
    assert finding.status is Status.PASS
    assert finding.evidence == {"classes": 1, "secrets": 1, "newest": 1}


def test_without_a_class_nothing_is_said() -> None:
    assert the_finding(secret_provider_classes=SecretProviderClasses(served=False)).status is Status.SKIP
    other = secret_provider_class("x-sync", {"x": {"k": "o"}}, provider="aws")
    assert the_finding(secret_provider_classes=SecretProviderClasses(served=True, items=(other,))).status is Status.SKIP


def test_a_secret_that_did_not_arrive_fails_and_tells_the_two_reasons_apart() -> None:
    finding = the_finding(secrets=(), secret_provider_class_pod_statuses=records())
    assert (finding.status, finding.object) == (Status.FAIL, "secret/cluedin/cluedin-email")
    assert "no pod has mounted server-sync" in finding.message
    failed = findings(secrets=())[0]
    assert "was not made, although server-1 has server-sync mounted" in failed.message
    assert failed.commands


def test_a_secret_of_somebody_else_fails() -> None:
    by_hand = secret("cluedin-email", keys=("EmailHost",), managers=("kubectl-create",))
    assert "it is somebody's, not the driver's" in findings(secrets=(by_hand,))[0].message
    helms = secret("cluedin-email", release="cluedin")
    assert "it is Helm's" in findings(secrets=(helms,))[0].message


def test_a_secret_that_nobody_keeps_current_warns() -> None:
    finding = the_finding(secret_provider_class_pod_statuses=records())
    assert finding.status is Status.WARN
    assert "no pod has server-sync mounted now" in finding.message


def test_a_pod_that_is_behind_warns_with_rotation_on_only() -> None:
    behind = {"secret_provider_class_pod_statuses": records("server-1", "server-2", version=OLD)}
    warned, _ = findings(**behind)
    assert (warned.status, warned.object) == (Status.WARN, "vault-secret/host")
    assert warned.evidence == {"since": "2026-01-10T00:00:00Z", "pods": "server-1, server-2"}
    assert the_finding(**behind, cluster=cluster(addon=True, rotation=None)).status is Status.PASS


def test_versions_that_were_not_read_leave_it_open_unless_dates_decide() -> None:
    refused = Missing(reason="no role lets dana list", why="refused")
    opened = findings(vault_secret_versions=refused)
    assert {finding.status for finding in opened} == {Status.UNKNOWN, Status.PASS}
    assert "no role lets dana list" in opened[0].message
    settled = (VaultObject(name="host", updated="2026-01-01T00:00:00Z"),)
    assert the_finding(vault_secret_versions=refused, vault_secrets=settled).status is Status.PASS


def test_other_namespaces_are_somebody_elses() -> None:
    elsewhere = secret_provider_class("x-sync", {"x": {"k": "o"}}, namespace="integration")
    both = SecretProviderClasses(served=True, items=(CLASS, elsewhere))
    assert the_finding(secret_provider_classes=both).evidence["classes"] == 1


def test_rabbitmqs_secret_is_left_to_its_migration() -> None:
    rabbit = secret_provider_class("cluedin-rabbitmq-sync", {"cluedin-rabbitmq": {"rabbitmq-password": "p"}})
    both = SecretProviderClasses(served=True, items=(CLASS, rabbit))
    helms = secret("cluedin-rabbitmq", release="cluedin")
    statuses = SecretProviderClassPodStatuses(
        served=True,
        items=(
            *records("server-1").items,
            class_pod_status("cluedin-rabbitmq-sync", "cluedin-rabbitmq-0", {"p": NEW}),
        ),
    )
    found = findings(
        secret_provider_classes=both,
        secrets=(MADE, helms),
        secret_provider_class_pod_statuses=statuses,
        release=release(secrets=("cluedin-rabbitmq",)),
        cluster=cluster(addon=True, rotation=None),
    )
    assert {finding.status for finding in found} == {Status.SKIP, Status.PASS}
    assert "see rabbitmq-migration" in found[-1].message
