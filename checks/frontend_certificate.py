"""frontend-certificate: the certificate that browsers see."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from preflight import Finding, Missing, check, facts, fail, passed, skip, unknown, warn
from preflight.sync.existing import by_name, namespace_of
from preflight.sync.frontend import SECRET, SERVER_TLS, Frontend, frontend, policy_of, rivals
from preflight.sync.issued import askers
from preflight.sync.needed import days_until
from preflight.sync.values import location

_PEM = "application/x-pem-file"
_FORMATS = (_PEM, "application/x-pkcs12")
_OBJECT = "values/global.keyvault.frontendCrt"


@check("frontend-certificate", group="vault")
def frontend_certificate(
    values: facts.Values,
    header: facts.Header,
    vault_certificates: tuple[facts.VaultObject, ...] | Missing | None = None,
    vault_secrets: tuple[facts.VaultObject, ...] | None = None,
    certificate_policies: tuple[facts.CertificatePolicy, ...] | Missing | None = None,
    secrets: tuple[facts.Secret, ...] | Missing | None = None,
    cert_manager_certificates: facts.CertificateObjects | Missing | None = None,
    ingresses: tuple[facts.Ingress, ...] | Missing | None = None,
    manifest: facts.Manifest | None = None,
    release: facts.Release | Missing | None = None,
    *,
    days: int = 30,
    renewing_days: int = 14,
) -> Iterator[Finding]:
    """The front-end certificate can become the TLS secret.

    The driver makes cluedin-frontend-crt of one secret of the vault: certificate and key together. Where exporting is
    forbidden there is no key; a PFX kept as a plain secret is handed out as it is; cert-manager may write there too.

    Fix: import the certificate, with its chain and an exportable key, into the vault's *certificates*, name it in
    `global.keyvault.frontendCrt`, and turn cert-manager off (`infrastructure.cert-manager.enabled: false`).
    """
    plan = frontend(values)
    namespace = namespace_of(header, release)
    there = by_name(secrets, namespace) if isinstance(secrets, tuple) else None
    if plan is None:
        yield skip("nothing is synced")
    elif plan.token:
        yield skip("a pipeline fills it in later", _OBJECT)
    elif plan.name is None:
        yield _without(plan, there, cert_manager_certificates)
    else:
        asking = askers(namespace, certificates=cert_manager_certificates, ingresses=ingresses, manifest=manifest).get(
            SECRET, ()
        )
        found = [
            (fail if one.status == "fail" else warn)(one.message, one.object, one.hint, location=location(one.setting))
            for one in rivals(plan, there, asking, release)
        ]
        listed = vault_certificates if isinstance(vault_certificates, tuple) else None
        certificate = next((one for one in listed or () if facts.same_id(one.name, plan.name)), None)
        stored = next((one for one in vault_secrets or () if facts.same_id(one.name, plan.name)), None)
        there_as = certificate or (stored if stored and stored.managed else None)
        if there_as:
            policy = policy_of(plan.name, certificate_policies)
            limit = renewing_days if policy and policy.renews else days
            found += _made(plan.name, policy, certificate_policies)
            found += _expiry(plan.name, there_as, facts.instant(header.collected_at), limit)
        elif stored:
            found.append(_plain(plan, stored))
        elif listed is not None and vault_secrets is not None:
            found.append(skip(f"the vault has no certificate {plan.name}: see vault-objects", _OBJECT))
        else:
            lacking = vault_certificates if isinstance(vault_certificates, Missing) else None
            say = skip if lacking and lacking.is_skip else unknown
            why = f": {lacking.reason}" if lacking else ""
            found.append(say(f"whether {plan.name} is a certificate is not known{why}", _OBJECT))
        yield from found
        if there_as and not any(finding.status in ("fail", "unknown") for finding in found):
            yield passed(f"{plan.name} is a certificate with an exportable key", f"vault-certificate/{plan.name}")


def _without(
    plan: Frontend, there: Mapping[str, facts.Secret] | None, certificates: facts.CertificateObjects | Missing | None
) -> Finding:
    """Without `frontendCrt` the charts ask cert-manager for a Secret, whether it is on or not (charts.md 4)."""
    secret = f"secret/{SERVER_TLS}"
    if plan.cert_manager:
        return skip("frontendCrt is not set: cert-manager makes the certificate")
    if there and SERVER_TLS in there:
        return passed(f"cert-manager is off, and {SERVER_TLS} is there", secret)
    if isinstance(certificates, facts.CertificateObjects) and certificates.served:
        return passed("the release's cert-manager is off, and another one runs in the cluster", secret)
    if there is None or not isinstance(certificates, facts.CertificateObjects):
        say = skip if isinstance(certificates, Missing) and certificates.is_skip else unknown
        return say(f"cert-manager is off, frontendCrt not set; who makes {SERVER_TLS} is not known", secret)
    message = f"nobody makes {SERVER_TLS}: frontendCrt is not set, cert-manager is off, and none runs in the cluster"
    return fail(message, secret, "set global.keyvault.frontendCrt, or turn cert-manager on")


def _made(
    name: str, policy: facts.CertificatePolicy | None, policies: tuple[facts.CertificatePolicy, ...] | Missing | None
) -> Iterator[Finding]:
    object_ = f"vault-certificate/{name}"
    if policy is None or policy.exportable is None:
        why = f": {policies.reason}" if isinstance(policies, Missing) else ""
        yield unknown(f"whether the key of {name} may be exported is not known{why}", object_)
    elif not policy.exportable:
        message = f"the key of {name} may not be exported: tls.key cannot be made, and the mount fails"
        yield fail(message, object_, "import it again with an exportable key; a policy counts for new versions only")
    if policy and policy.content_type and policy.content_type not in _FORMATS:
        message = f"{name} is kept as {policy.content_type}, and the provider takes PKCS #12 or PEM only"
        yield fail(message, object_, "import it again as PFX or PEM", evidence={"content_type": policy.content_type})


def _expiry(name: str, there: facts.VaultObject, now: datetime, days: int) -> Iterator[Finding]:
    left = days_until(there.expires, now)
    if left is not None and left < days:
        when = f"expired on {(there.expires or '')[:10]}" if left < 0 else f"expires in {int(left)} days"
        message = f"{name} {when}; it is synced all the same"
        yield warn(message, f"vault-certificate/{name}", "renew it in the vault", evidence={"days": int(left)})


def _plain(plan: Frontend, stored: facts.VaultObject) -> Finding:
    hint, place = "import it into the vault's certificates", location(plan.setting)
    if stored.content_type == _PEM:
        message = f"{plan.name} is a plain secret, said to be PEM: that it holds certificate and key is not checked"
        return warn(message, _OBJECT, hint, location=place)
    message = f"{plan.name} is a plain secret: a PFX in it is handed out as it is, and becomes no TLS secret"
    return unknown(message, _OBJECT, hint, location=place)
