"""Secrets that are in the namespace already: whose they are, and what becomes of them in the deployment."""

from collections.abc import Iterable, Mapping
from typing import Literal

from preflight.facts import Header, Missing, Release, Secret
from preflight.sync.graph import Graph

DEFAULT_NAMESPACE = "cluedin"
MANAGED_LABEL = "secrets-store.csi.k8s.io/managed"

Owner = Literal["driver", "this release", "another release", "cert-manager", "somebody"]


def namespace_of(header: Header | None, release: Release | Missing | None) -> str:
    """The namespace that is deployed to: the release's, else the one that was named, else `cluedin`."""
    if isinstance(release, Release) and release.namespace:
        return release.namespace
    return (header.target.namespace if header else None) or DEFAULT_NAMESPACE


def by_name(secrets: Iterable[Secret], namespace: str) -> Mapping[str, Secret]:
    """The Secrets of one namespace by name; a listing without namespaces is of that namespace."""
    return {secret.metadata.name: secret for secret in secrets if secret.metadata.namespace in ("", namespace)}


def owner_of(secret: Secret, release: Release | Missing | None) -> Owner:
    """Who made the Secret, by label, annotation and field manager."""
    meta = secret.metadata
    if meta.labels.get(MANAGED_LABEL) == "true":
        return "driver"
    known = release if isinstance(release, Release) and release.found else None
    if meta.annotations.release_name:
        same = known is not None and meta.annotations.release_name == known.name
        return "this release" if same or known is None else "another release"
    if known and meta.name in known.secrets and meta.labels.get("app.kubernetes.io/managed-by") == "Helm":
        return "this release"
    issued = any(owner.kind == "Certificate" for owner in meta.owner_references)
    labelled = any(label.startswith(("cert-manager.io/", "controller.cert-manager.io/")) for label in meta.labels)
    if issued or labelled or any(manager.startswith("cert-manager") for manager in secret.managers):
        return "cert-manager"
    return "somebody"


def is_dropped(secret: Secret, release: Release | Missing | None, graph: Graph) -> bool:
    """Whether Helm deletes it in this deployment: its release made it, and it is no longer rendered.

    Of what its manifest has Helm does not ask who wrote it last: it deletes the driver's too (measured with 3.20.2).
    """
    name = secret.metadata.name
    recorded = isinstance(release, Release) and release.found and name in release.secrets
    return (recorded or owner_of(secret, release) == "this release") and all(made.name != name for made in graph.made)
