"""Secrets without their values, and the certificates that become Secrets."""

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
