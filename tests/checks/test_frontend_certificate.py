from typing import Any

import pytest
from msgspec.structs import replace

from checks.frontend_certificate import frontend_certificate
from preflight import Finding, Missing, Status, facts
from preflight.facts import CertificateObject, CertificateObjects, CertificatePolicy
from preflight.facts.kubernetes import Annotations, CertificateObjectSpec, IngressSpec, IngressTls
from preflight.testing import judge, metadata, secret, values, vault_objects

NO_CERT_MANAGER = CertificateObjects(served=False)
POLICY = CertificatePolicy(name="cluedin-pfx", exportable=True, content_type="application/x-pkcs12", key_type="RSA")
PEM = "application/x-pem-file"


def plan(*, crt: str | None = "cluedin-pfx", cert_manager: str | None = "false", more: str = "") -> facts.Values:
    front = f"    frontendCrt: {crt}\n" if crt else ""
    manager = f"infrastructure:\n  cert-manager:\n    enabled: {cert_manager}\n" if cert_manager else ""
    return values(f"global:\n  keyvault:\n    enabled: true\n    keyvaultName: kv-1\n{front}{more}{manager}")


def findings(**given: Any) -> tuple[Finding, ...]:
    known: dict[str, Any] = {
        "stage": "deploy",
        "values": plan(),
        "vault_certificates": vault_objects(["cluedin-pfx"], expires="2026-12-31T00:00:00Z"),
        "vault_secrets": vault_objects(["cluedin-pfx"], managed=True),
        "certificate_policies": (POLICY,),
        "secrets": (),
        "cert_manager_certificates": NO_CERT_MANAGER,
    }
    return judge(frontend_certificate, **{**known, **given}).findings


def the_finding(**given: Any) -> Finding:
    (finding,) = findings(**given)
    return finding


def test_an_exportable_certificate_of_its_own_passes() -> None:
    finding = the_finding()
    assert (finding.status, finding.object) == (Status.PASS, "vault-certificate/cluedin-pfx")


def test_names_are_compared_without_case() -> None:
    assert the_finding(vault_certificates=vault_objects(["Cluedin-PFX"])).status is Status.PASS


def test_a_key_that_may_not_be_exported_fails() -> None:
    finding = the_finding(certificate_policies=(replace(POLICY, exportable=False),))
    assert finding.status is Status.FAIL
    assert "may not be exported" in finding.message


def test_a_format_that_the_provider_does_not_take_fails() -> None:
    finding = the_finding(certificate_policies=(replace(POLICY, content_type="text/plain"),))
    assert (finding.status, finding.evidence) == (Status.FAIL, {"content_type": "text/plain"})
    assert the_finding(certificate_policies=(replace(POLICY, content_type=PEM),)).status is Status.PASS


def test_a_policy_that_was_not_read_leaves_it_open() -> None:
    refused = Missing(reason="no role lets dana get", why="refused")
    finding = the_finding(certificate_policies=refused)
    assert finding.status is Status.UNKNOWN
    assert "no role lets dana get" in finding.message


@pytest.mark.parametrize(
    ("expires", "renews", "said"),
    [
        ("2026-01-14T09:00:00Z", False, "expired on 2026-01-14"),
        ("2026-02-13T09:00:00Z", False, "expires in 29 days"),
        ("2026-02-15T09:00:00Z", False, None),
        ("2026-02-13T09:00:00Z", True, None),
        ("2026-01-28T09:00:00Z", True, "expires in 13 days"),
    ],
)
def test_expiry_warns_later_where_the_vault_renews_by_itself(expires: str, renews: bool, said: str | None) -> None:  # noqa: FBT001 - a case
    found = findings(
        vault_certificates=vault_objects(["cluedin-pfx"], expires=expires),
        certificate_policies=(replace(POLICY, renews=renews),),
    )
    warned = [finding.message for finding in found if finding.status is Status.WARN]
    assert len(warned) == (1 if said else 0)
    assert all(said in message for message in warned if said)
    assert found[-1].status is Status.PASS


@pytest.mark.parametrize(
    ("content_type", "status"), [(PEM, Status.WARN), ("application/x-pkcs12", Status.UNKNOWN), (None, Status.UNKNOWN)]
)
def test_a_plain_secret_is_no_certificate(content_type: str | None, status: Status) -> None:
    plain = vault_objects(["cluedin-pfx"], content_type=content_type)
    finding = the_finding(vault_certificates=(), vault_secrets=plain, certificate_policies=())
    assert finding.status is status
    assert "plain secret" in finding.message


def test_what_is_nowhere_is_told_by_vault_objects() -> None:
    finding = the_finding(vault_certificates=(), vault_secrets=(), certificate_policies=())
    assert finding.status is Status.SKIP
    assert "see vault-objects" in finding.message


def test_a_listing_that_was_refused_leaves_it_open() -> None:
    refused = Missing(reason="the vault's firewall keeps this machine out", why="refused")
    finding = the_finding(vault_certificates=refused, vault_secrets=refused)
    assert finding.status is Status.UNKNOWN
    assert "firewall" in finding.message


def test_a_second_secret_of_that_name_in_the_values_fails_at_its_place() -> None:
    more = "platform:\n  extraCertificateSecrets:\n    cluedin-frontend-crt:\n      crt: made-up\n"
    finding = the_finding(values=plan(more=more))
    assert (finding.status, finding.object) == (
        Status.FAIL,
        "values/platform.extraCertificateSecrets.cluedin-frontend-crt",
    )
    assert finding.location


def test_an_ingress_that_uses_another_secret_warns() -> None:
    more = "  ingress:\n    tls:\n      secretName: mine\n"
    assert findings(values=plan(more=more))[0].status is Status.WARN
    same = "  ingress:\n    tls:\n      secretName: cluedin-frontend-crt\n"
    assert the_finding(values=plan(more=same)).status is Status.PASS


def test_a_ca_of_the_clusters_own_fails() -> None:
    more = "  ingress:\n    tls:\n      hasClusterCA: true\n"
    assert the_finding(values=plan(more=more)).status is Status.FAIL


def certificates(*names: str) -> CertificateObjects:
    items = tuple(
        CertificateObject(metadata=metadata(f"c-{name}", "cluedin"), spec=CertificateObjectSpec(secret_name=name))
        for name in names
    )
    return CertificateObjects(served=True, items=items)


def test_cert_manager_on_warns_and_fails_where_it_writes_to_the_same_secret() -> None:
    on = {"values": plan(cert_manager=None)}
    assert findings(**on)[0].status is Status.WARN
    finding = the_finding(**on, cert_manager_certificates=certificates("other", "cluedin-frontend-crt"))
    assert finding.status is Status.FAIL
    assert "Certificate cluedin/c-cluedin-frontend-crt" in finding.message
    manifest = facts.Manifest(
        source="files",
        certificates=(facts.Certificate(name="front", secret_name="cluedin-frontend-crt"),),  # noqa: S106 - a name
    )
    assert the_finding(**on, manifest=manifest).status is Status.FAIL
    issued = secret("cluedin-frontend-crt", managers=("cert-manager-certificates-issuing",))
    assert the_finding(**on, secrets=(issued,)).status is Status.FAIL


def ingress(namespace: str = "cluedin", **annotations: str) -> facts.Ingress:
    meta = facts.ObjectMeta(name="ui", namespace=namespace, annotations=Annotations(**annotations))
    return facts.Ingress(metadata=meta, spec=IngressSpec(tls=(IngressTls(secret_name="cluedin-frontend-crt"),)))  # noqa: S106 - a name


@pytest.mark.parametrize("annotation", [{"issuer": "ca"}, {"cluster_issuer": "acme"}, {"tls_acme": "true"}])
def test_an_ingress_that_asks_cert_manager_for_the_secret_fails(annotation: dict[str, str]) -> None:
    served = certificates("other")
    finding = the_finding(ingresses=(ingress(**annotation),), cert_manager_certificates=served)
    assert finding.status is Status.FAIL
    assert "Ingress cluedin/ui" in finding.message
    planned = facts.Manifest(source="files", ingresses=(ingress("", **annotation),))
    assert "Ingress ui" in the_finding(manifest=planned, cert_manager_certificates=served).message


def test_an_ingress_that_asks_nobody_or_elsewhere_is_no_rival() -> None:
    served = certificates("other")
    for one in (ingress(), ingress(tls_acme="false"), ingress("elsewhere", issuer="ca")):
        assert the_finding(ingresses=(one,), cert_manager_certificates=served).status is Status.PASS
    asked = (ingress(issuer="ca"),)
    assert the_finding(ingresses=asked, cert_manager_certificates=NO_CERT_MANAGER).status is Status.PASS
    away = CertificateObject(
        metadata=metadata("c", "elsewhere"),
        spec=CertificateObjectSpec(secret_name="cluedin-frontend-crt"),  # noqa: S106 - a name
    )
    assert the_finding(cert_manager_certificates=CertificateObjects(served=True, items=(away,))).status is Status.PASS


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"values": plan(crt=None, cert_manager=None)}, Status.SKIP),
        ({"secrets": (secret("cluedin-server-tls"),)}, Status.PASS),
        ({"cert_manager_certificates": CertificateObjects(served=True)}, Status.PASS),
        ({}, Status.FAIL),
        ({"cert_manager_certificates": Missing(reason="x", why="refused")}, Status.UNKNOWN),
        ({"secrets": Missing(reason="x", why="refused")}, Status.UNKNOWN),
    ],
)
def test_without_a_certificate_somebody_else_must_make_one(given: dict[str, Any], status: Status) -> None:
    assert the_finding(**{"values": plan(crt=None), **given}).status is status


def test_what_is_not_synced_or_filled_in_later_is_a_skip() -> None:
    assert the_finding(values=values("global: {}")).status is Status.SKIP


@pytest.mark.parametrize("given", [plan(), plan(crt=None)])
def test_offline_what_only_vault_or_cluster_can_tell_is_a_skip(given: facts.Values) -> None:
    names = ("vault_certificates", "vault_secrets", "certificate_policies", "secrets", "cert_manager_certificates")
    missing = {name: Missing(reason="needs it", why="offline") for name in names}
    assert the_finding(values=given, **missing).status is Status.SKIP


def test_a_certificate_of_another_namespace_writes_to_another_secret() -> None:
    spec = CertificateObjectSpec(secret_name="cluedin-frontend-crt")  # noqa: S106 - a name
    elsewhere = CertificateObject(metadata=metadata("c", "other"), spec=spec)
    there = CertificateObjects(served=True, items=(elsewhere,))
    assert the_finding(cert_manager_certificates=there).status is Status.PASS


def test_a_switch_that_is_set_to_nothing_makes_no_second_secret() -> None:
    more = "platform:\n  extraCertificateSecrets:\n    cluedin-frontend-crt: null\n"
    assert the_finding(values=plan(more=more)).status is Status.PASS
