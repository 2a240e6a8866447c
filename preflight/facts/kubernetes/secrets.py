"""Secrets without their values, and what asks cert-manager for certificates that become Secrets."""

from preflight.facts.kubernetes.objects import ObjectMeta, Trimmed


class Secret(Trimmed, frozen=True, kw_only=True):
    """A Secret's metadata. There is no field for data.

    `keys` are the names of its keys where they are known: read from managedFields when their union has the size that
    the server's Table reports, else None. `key_count` is that size, None where only metadata was given. `managers` are
    the field managers (`helm`, `secrets-store-csi-driver`, ...).
    """

    metadata: ObjectMeta
    type: str = ""
    keys: tuple[str, ...] | None = None
    key_count: int | None = None
    immutable: bool | None = None
    managers: tuple[str, ...] = ()


class CertificateObjectSpec(Trimmed, frozen=True, kw_only=True):
    """The Secret that cert-manager writes the certificate to."""

    secret_name: str = ""


class CertificateObject(Trimmed, frozen=True, kw_only=True):
    """A Certificate of cert-manager: whatever else writes to its Secret is overwritten."""

    metadata: ObjectMeta
    spec: CertificateObjectSpec = CertificateObjectSpec()


class CertificateObjects(Trimmed, frozen=True, kw_only=True):
    """The Certificates, and whether cert-manager's kinds are served at all."""

    served: bool
    items: tuple[CertificateObject, ...] = ()


class IngressTls(Trimmed, frozen=True, kw_only=True):
    """A certificate that an Ingress serves: the Secret that holds it."""

    secret_name: str = ""


class IngressSpec(Trimmed, frozen=True, kw_only=True):
    """The certificates of an Ingress; its hosts and paths are not held."""

    tls: tuple[IngressTls, ...] = ()


class Ingress(Trimmed, frozen=True, kw_only=True):
    """An Ingress. With an annotation that names an issuer, cert-manager makes a Certificate for each of its Secrets."""

    metadata: ObjectMeta
    spec: IngressSpec = IngressSpec()
