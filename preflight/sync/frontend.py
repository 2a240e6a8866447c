"""The front-end certificate as the values plan it, and who else would write to its Secret."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from preflight.facts import (
    CertificatePolicy,
    Missing,
    Release,
    Secret,
    Setting,
    Values,
    same_id,
)
from preflight.sync.existing import owner_of
from preflight.sync.values import FRONTEND_CLASS, Index, dotted, keyvault, truth

SECRET = FRONTEND_CLASS
SERVER_TLS = "cluedin-server-tls"
"""What cert-manager makes for cluedin-server where there is no `frontendCrt`."""

_EXTRA = ("platform", "extraCertificateSecrets", SECRET)
_INGRESS = ("global", "ingress", "tls", "secretName")
_CLUSTER_CA = ("global", "ingress", "tls", "hasClusterCA")
_CERT_MANAGER = ("infrastructure", "cert-manager", "enabled")


@dataclass(frozen=True, kw_only=True)
class Frontend:
    """What the values say. `name` is the vault's certificate, None where `frontendCrt` is not set; `setting` its place.

    `token` says that a pipeline fills the name in later. `cert_manager` is on unless the values turn it off.
    """

    name: str | None
    token: bool
    setting: Setting | None
    cert_manager: bool
    index: Index


@dataclass(frozen=True, kw_only=True)
class Rival:
    """Something else that concerns the Secret. `object` and `setting` say where it stands."""

    status: Literal["fail", "warn"]
    message: str
    hint: str
    object: str
    setting: Setting | None = None


def frontend(values: Values) -> Frontend | None:
    """Return the plan, None where nothing is synced."""
    index = Index(values)
    block = keyvault(values, index)
    if block is None or not block.enabled:
        return None
    setting = block.settings.get("frontendCrt")
    switch = index.get(*_CERT_MANAGER)
    return Frontend(
        name=block.frontend_crt,
        token=setting is not None and setting.kind == "token",
        setting=setting,
        cert_manager=switch is None or truth(switch),
        index=index,
    )


def rivals(
    plan: Frontend,
    there: Mapping[str, Secret] | None,
    asking: Sequence[str],
    release: Release | Missing | None,
) -> Iterator[Rival]:
    """Yield whoever else would make the Secret, or use another one, while `frontendCrt` is set.

    `asking` are the Certificates and Ingresses that ask cert-manager for it.
    """
    extra = plan.index.get(*_EXTRA)
    if extra is not None and not extra.empty:
        message = f"{dotted(_EXTRA)} makes {SECRET} too: Helm and the driver would own it together"
        yield _of_values("fail", message, f"remove {dotted(_EXTRA)}", extra)
    ingress = plan.index.get(*_INGRESS)
    if ingress is not None and ingress.text and ingress.text != SECRET:
        message = f"the ingress uses Secret {ingress.text}, not {SECRET}: browsers never see this certificate"
        yield _of_values("warn", message, f"set {dotted(_INGRESS)} to {SECRET}, or leave it out", ingress)
    own_ca = plan.index.get(*_CLUSTER_CA)
    if truth(own_ca):
        message = (
            "hasClusterCA makes a certificate authority of the cluster's own, which frontendCrt takes the place of"
        )
        yield _of_values("fail", message, f"remove {dotted(_CLUSTER_CA)}", own_ca)
    writers = asking or _mark(there, release)
    if writers:
        message = f"cert-manager writes to {SECRET} too ({', '.join(writers)}): it overwrites what the driver made"
        hint = "remove that Certificate, or the annotation of the ingress that asks for it, and turn cert-manager off"
        yield Rival(status="fail", message=message, hint=hint, object=f"secret/{SECRET}")
    elif plan.cert_manager:
        message = "cert-manager is on beside frontendCrt; nothing asks it for this Secret"
        yield Rival(
            status="warn",
            message=message,
            hint=f"set {dotted(_CERT_MANAGER)}: false",
            object=f"values/{dotted(_CERT_MANAGER)}",
            setting=plan.index.get(*_CERT_MANAGER),
        )


def policy_of(name: str, policies: tuple[CertificatePolicy, ...] | Missing | None) -> CertificatePolicy | None:
    """Return the policy of a certificate, None where it was not read."""
    read = policies if isinstance(policies, tuple) else ()
    return next((one for one in read if same_id(one.name, name)), None)


def _of_values(status: Literal["fail", "warn"], message: str, hint: str, setting: Setting | None) -> Rival:
    path = setting.path if setting else ()
    return Rival(status=status, message=message, hint=hint, object=f"values/{dotted(path)}", setting=setting)


def _mark(there: Mapping[str, Secret] | None, release: Release | Missing | None) -> list[str]:
    """The mark that cert-manager left on the Secret."""
    existing = (there or {}).get(SECRET)
    made = existing is not None and owner_of(existing, release) == "cert-manager"
    return ["it made the one that is there"] if made else []
