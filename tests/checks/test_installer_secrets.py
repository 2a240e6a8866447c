from typing import Any

import pytest
from msgspec.structs import replace

from checks.installer_secrets import installer_secrets
from preflight import Finding, Status, facts
from preflight.facts.kubernetes import (
    Annotations,
    CertificateObjectSpec,
    DaemonSetSpec,
    IngressSpec,
    IngressTls,
    PodStatusOfClass,
    PodTemplate,
    TemplateContainer,
)
from preflight.model import Target
from preflight.testing import claim
from preflight.testing import judge as judge_check
from tests.checks.plan import values

PLAN = """global:
  keyvault:
    enabled: true
    secretProviderClasses:
      cluedin-server:
      - secretName: cluedin-email
        secretKeys: {EmailHost: cluedin-email-host}
      - secretName: of-ours
        secretKeys: {password: cluedin-ours-password}
"""
CLASS = "cluedin-server-sync"
SWITCHED = f"{PLAN}application: {{email: {{secretRef: cluedin-email}}}}\n"
HEADER = facts.Header(
    collected_at="2026-01-01T00:00:00Z", tool_version="0", stage="deploy", target=Target(chart_version="2.6.0")
)
RELEASE = facts.Release(found=True, name="cluedin", namespace="cluedin", chart_version="2.6.0", status="deployed")


def secret(
    name: str,
    *,
    labels: dict[str, str] | None = None,
    release: str | None = None,
    keys: tuple[str, ...] | None = None,
    type_: str = "Opaque",
    immutable: bool = False,
    managers: tuple[str, ...] = (),
) -> facts.Secret:
    helm = {"app.kubernetes.io/managed-by": "Helm"} if release else {}
    meta = facts.ObjectMeta(
        name=name,
        namespace="cluedin",
        labels=helm | (labels or {}),
        annotations=Annotations(release_name=release, release_namespace="cluedin" if release else None),
    )
    return facts.Secret(metadata=meta, type=type_, keys=keys, immutable=immutable, managers=managers)


def driver(version: str) -> tuple[facts.DaemonSet, ...]:
    container = TemplateContainer(name="secrets-store", image=f"registry.example/secrets-store/driver:{version}")
    spec = facts.TemplateSpec(containers=(container,))
    return (
        facts.DaemonSet(
            metadata=facts.ObjectMeta(name="aks-secrets-store-csi-driver", namespace="kube-system"),
            spec=DaemonSetSpec(template=PodTemplate(spec=spec)),
        ),
    )


def judge(
    plan: str,
    *there: facts.Secret,
    release: facts.Release | facts.Missing | None = RELEASE,
    driver_version: str | None = None,
    mounted: bool = False,
) -> Finding:
    statuses = facts.SecretProviderClassPodStatuses(served=True)
    if mounted:
        status = PodStatusOfClass(
            pod_name="cluedin-server-1",
            secret_provider_class_name=CLASS,
            mounted=True,
        )
        item = facts.SecretProviderClassPodStatus(
            metadata=facts.ObjectMeta(name="x", namespace="cluedin"), status=status
        )
        statuses = facts.SecretProviderClassPodStatuses(served=True, items=(item,))
    (finding,) = installer_secrets(
        values(plan), there, release, HEADER, None, driver(driver_version) if driver_version else None, statuses
    )
    return finding


def test_what_the_driver_made_stands_in_nobodys_way() -> None:
    made = secret("cluedin-email", labels={"secrets-store.csi.k8s.io/managed": "true"})
    assert judge(SWITCHED, made).status == "pass"
    assert judge(SWITCHED).status == "pass"


def test_a_secret_of_another_namespace_is_another_secret() -> None:
    other = facts.Secret(metadata=facts.ObjectMeta(name="cluedin-email", namespace="elsewhere"))
    assert judge(SWITCHED, other).status == "pass"


def test_this_releases_own_goes_by_itself_once_it_is_not_rendered() -> None:
    finding = judge(SWITCHED, secret("cluedin-email", release="cluedin"))
    assert finding.status == "warn"
    assert "delete" not in (finding.hint or "")


def test_this_releases_own_that_is_rendered_again_has_two_owners() -> None:
    finding = judge(PLAN, secret("cluedin-email", release="cluedin"))
    assert (finding.status, finding.hint) == ("fail", "set application.email.secretRef: cluedin-email")
    assert finding.location is not None
    assert finding.location.line == 6
    assert finding.object == "secret/cluedin/cluedin-email"


@pytest.mark.parametrize("release", ["other", None])
def test_helm_refuses_what_is_not_its_own_and_rendered_too(release: str | None) -> None:
    finding = judge(PLAN, secret("cluedin-email", release=release))
    assert finding.status == "fail"
    assert "invalid ownership metadata" in finding.message


@pytest.mark.parametrize(
    "made",
    [
        secret("of-ours", labels={"cert-manager.io/certificate-name": "x"}),
        secret("of-ours", managers=("cert-manager-certificates",)),
    ],
)
def test_cert_manager_writes_its_own_again(made: facts.Secret) -> None:
    finding = judge(SWITCHED, made, driver_version="v1.6.0")
    assert finding.status == "fail"
    assert "cert-manager" in finding.message


def test_what_asks_cert_manager_for_the_secret_is_named() -> None:
    made = secret("of-ours")
    asked = facts.CertificateObject(
        metadata=facts.ObjectMeta(name="front", namespace="cluedin"),
        spec=CertificateObjectSpec(secret_name="of-ours"),  # noqa: S106 - a name
    )
    asking = facts.Ingress(
        metadata=facts.ObjectMeta(name="ui", namespace="cluedin", annotations=Annotations(issuer="ca")),
        spec=IngressSpec(tls=(IngressTls(secret_name="of-ours"),)),  # noqa: S106 - a name
    )
    served = facts.CertificateObjects(served=True, items=(asked,))
    plan, newest = values(SWITCHED), driver("v1.6.0")
    (alone,) = installer_secrets(plan, (made,), RELEASE, HEADER, daemon_sets=newest)
    (both,) = installer_secrets(
        plan,
        (made,),
        RELEASE,
        HEADER,
        daemon_sets=newest,
        cert_manager_certificates=served,
        ingresses=(asking,),
    )
    assert (alone.status, both.status) == ("warn", "fail")
    assert "Certificate cluedin/front, Ingress cluedin/ui" in both.message
    assert "remove the Certificate" in (both.hint or "")


def test_an_old_driver_leaves_the_installers_secret_alone() -> None:
    finding = judge(SWITCHED, secret("of-ours"), driver_version="v1.5.4")
    assert finding.status == "fail"
    assert "for ever" in finding.message
    assert finding.commands is None


def test_deleting_is_advised_with_a_copy_and_only_while_the_class_is_mounted() -> None:
    finding = judge(SWITCHED, secret("of-ours"), driver_version="v1.5.4", mounted=True)
    assert finding.commands is not None
    backup, delete, restart = finding.commands.bash
    assert backup.startswith("kubectl get secret of-ours -n cluedin -o yaml >")
    assert (delete, restart) == (
        "kubectl delete secret of-ours -n cluedin",
        "kubectl delete pod cluedin-server-1 -n cluedin",
    )


@pytest.mark.parametrize(
    ("there", "status"),
    [
        (secret("of-ours", keys=("password",)), "warn"),
        (secret("of-ours", keys=("password", "other")), "fail"),
        (secret("of-ours", type_="kubernetes.io/basic-auth"), "fail"),
        (secret("of-ours", immutable=True), "fail"),
    ],
)
def test_a_new_driver_replaces_it_whole_if_it_can(there: facts.Secret, status: str) -> None:
    assert judge(SWITCHED, there, driver_version="v1.6.1").status == status


def test_an_unknown_driver_is_a_failure_that_tells_both() -> None:
    finding = judge(SWITCHED, secret("of-ours"))
    assert finding.status == "fail"
    assert "up to 1.5" in finding.message
    assert "later ones replace it" in finding.message


def test_helms_secret_without_a_readable_release_is_unknown() -> None:
    missing = facts.Missing(reason="the record cannot be read", why="refused")
    assert judge(SWITCHED, secret("cluedin-email", release="cluedin"), release=missing).status == "unknown"


def test_nothing_synced_nothing_judged() -> None:
    (finding,) = installer_secrets(values("infrastructure: {}"), ())
    assert finding.status == "skip"


# --- services that keep their password on a volume ---

SERVICES = {
    "cluedin-sqlserver-secret": ("sapassword", "cluedin-sqlserver-master", "SQL Server keeps the login sa"),
    "cluedin-sqlserver-clientuser-secret": ("password", "cluedin-sqlserver-master", "keeps its logins"),
    "cluedin-neo4j-secrets": ("neo4j-password", "data-cluedin-neo4j-0", "Neo4j keeps its user"),
    "elasticsearch-credentials": ("password", "elasticsearch-data-0", "until one was set in it"),
    "cluedin-redis": ("redis-password", "redis-data-cluedin-redis-master-0", "Redis keeps no password"),
}


def keeping(name: str, **given: Any) -> list[Finding]:
    """What is said of taking over this Secret, which somebody made, by a driver that leaves it alone."""
    key, volume, _ = SERVICES[name]
    document = (
        "global:\n  keyvault:\n    enabled: true\n    keyvaultName: kv-1\n    secretProviderClasses:\n      a:\n"
        f"      - secretName: {name}\n        secretKeys: {{{key}: the-object}}\n"
    )
    known: dict[str, Any] = {
        "values": values(document),
        "secrets": (secret(name, keys=(key,)),),
        "release": RELEASE,
        "header": HEADER,
        "persistent_volume_claims": (claim(volume, "pvc-1"),),
    }
    found = judge_check(installer_secrets, **{**known, **given}).findings
    return [finding for finding in found if "volume" in finding.evidence]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_with_a_volume_is_told_what_a_switch_means(name: str) -> None:
    key, volume, means = SERVICES[name]
    (finding,) = keeping(name)
    assert (finding.status, finding.object) == (Status.WARN, f"secret/cluedin/{name}")
    assert means in finding.message
    assert f"volume {volume}" in finding.message
    assert finding.message.endswith("not compared")
    assert finding.commands
    assert finding.commands.bash == (
        (
            f"kubectl get secret {name} -n cluedin -o 'go-template={{{{index .data `{key}` | base64decode}}}}' "
            f"> {name}.present"
        ),
        f"az keyvault secret set --vault-name VAULT --name the-object --file {name}.present",
        f"rm {name}.present",
    )


@pytest.mark.parametrize("name", SERVICES)
def test_it_is_told_of_nobody_else(name: str) -> None:
    key, volume, _ = SERVICES[name]
    assert not keeping(name, persistent_volume_claims=(claim("unrelated", "pvc-1"),))
    assert not keeping(name, persistent_volume_claims=(claim(volume, "pvc-1", namespace="elsewhere"),))
    assert not keeping(name, persistent_volume_claims=None)
    assert not keeping(name, secrets=(secret(name, keys=(key,), labels={"secrets-store.csi.k8s.io/managed": "true"}),))
    compared = facts.ValueRelation(secret=name, key=key, object_name="the-object", relation="equal")
    assert not keeping(name, value_parity=(compared,))
    (lost,) = keeping(name, secrets=())
    assert lost.commands is None


@pytest.mark.parametrize(("count", "status"), [(1, Status.WARN), (None, Status.WARN), (2, Status.FAIL)])
def test_keys_that_nobody_knows_are_not_said_to_be_kept(count: int | None, status: Status) -> None:
    there = replace(secret("of-ours"), key_count=count)
    given: dict[str, Any] = {"values": values(PLAN), "release": RELEASE, "header": HEADER}
    (finding,) = judge_check(installer_secrets, secrets=(there,), daemon_sets=driver("v1.6.0"), **given).findings
    assert finding.status is status
    assert "any that is not planned is lost" in finding.message or "it has 2 keys, 1 are planned" in finding.message
