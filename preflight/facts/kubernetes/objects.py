"""What every Kubernetes object has in common."""

import msgspec

Quantities = dict[str, str | int | float]
"""Resource name to quantity, e.g. `{"cpu": "250m", "memory": "1Gi"}`; hand-written files may hold numbers."""


class Trimmed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", gc=False):
    """Configuration shared by the structs below: camelCase on the wire; gc=False because facts hold no cycles."""


class Annotations(Trimmed, frozen=True, kw_only=True):
    """The only annotations we hold: who made an object, and of whom an Ingress asks its certificates.

    `kubectl.kubernetes.io/last-applied-configuration` can repeat values.
    """

    release_name: str | None = msgspec.field(name="meta.helm.sh/release-name", default=None)
    release_namespace: str | None = msgspec.field(name="meta.helm.sh/release-namespace", default=None)
    hook: str | None = msgspec.field(name="helm.sh/hook", default=None)
    issuer: str | None = msgspec.field(name="cert-manager.io/issuer", default=None)
    cluster_issuer: str | None = msgspec.field(name="cert-manager.io/cluster-issuer", default=None)
    tls_acme: str | None = msgspec.field(name="kubernetes.io/tls-acme", default=None)


class OwnerReference(Trimmed, frozen=True, kw_only=True):
    """Who an object belongs to."""

    kind: str
    name: str
    controller: bool = False


class ObjectMeta(Trimmed, frozen=True, kw_only=True):
    """Name, labels, owners and instants of an object."""

    name: str = ""
    namespace: str = ""
    labels: dict[str, str] = {}
    annotations: Annotations = Annotations()
    owner_references: tuple[OwnerReference, ...] = ()
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None


class Condition(Trimmed, frozen=True, kw_only=True):
    """A condition of a node or pod; status is True, False or Unknown."""

    type: str
    status: str
    reason: str = ""
    message: str = ""


class SelectorRequirement(Trimmed, frozen=True, kw_only=True):
    """operator is In, NotIn, Exists, DoesNotExist, and for nodes Gt or Lt."""

    key: str
    operator: str
    values: tuple[str, ...] = ()


class LocalObjectReference(Trimmed, frozen=True, kw_only=True):
    """The name of an object in the same namespace."""

    name: str = ""


class LabelSelector(Trimmed, frozen=True, kw_only=True):
    """All labels and expressions hold together."""

    match_labels: dict[str, str] = {}
    match_expressions: tuple[SelectorRequirement, ...] = ()
