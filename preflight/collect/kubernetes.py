"""Readers of the cluster's own facts: what an API server lists, decoded page by page into trimmed structs."""

from collections.abc import Iterable
from functools import partial
from typing import Any, Generic, TypeVar, get_args

import msgspec

from preflight.collect.access_reviews import read_access_reviews
from preflight.collect.cluster import FORBIDDEN, NOT_FOUND, Cluster, ListMeta, Refused, connect, get, read_list
from preflight.collect.decoding import Undecodable, decode
from preflight.collect.pods import list_pods
from preflight.collect.reading import Get, Reader, Unreadable
from preflight.collect.release import DEFAULT_NAMESPACE, release_readers
from preflight.collect.secret_table import list_secrets
from preflight.facts import (
    FACTS,
    CertificateObject,
    CertificateObjects,
    Fact,
    Missing,
    Pod,
    Secret,
    SecretProviderClass,
    SecretProviderClasses,
    SecretProviderClassPodStatus,
    SecretProviderClassPodStatuses,
)

__all__ = ["Cluster", "connect", "readers", "server_version"]

T = TypeVar("T")
C = TypeVar("C", SecretProviderClasses, SecretProviderClassPodStatuses, CertificateObjects)

_CSI_GROUP = "/apis/secrets-store.csi.x-k8s.io/v1"
_CERT_MANAGER_GROUP = "/apis/cert-manager.io/v1"


def readers(
    cluster: Cluster,
    namespace: str | None = None,
    own_facts: Iterable[Fact] = (),
    *,
    release: str | None = None,
    read_release: bool = True,
) -> dict[str, Reader]:
    """Return a reader for each fact that a live cluster gives, the `values` of the deployed release among them.

    `own_facts` are those of packs; each that names an API path is listed from there. `release` names the release where
    there are several; without `read_release` no record is fetched.
    """
    listed = [fact for fact in (*FACTS.values(), *own_facts) if fact.source == "kubernetes" and fact.path]
    return {
        **{fact.name: partial(_list, cluster, fact) for fact in listed},
        "secrets": partial(_secrets, cluster, namespace),
        "access_reviews": partial(read_access_reviews, cluster, namespace),
        "secret_provider_classes": partial(
            _served, cluster, f"{_CSI_GROUP}/secretproviderclasses", SecretProviderClasses, SecretProviderClass
        ),
        "secret_provider_class_pod_statuses": partial(
            _served,
            cluster,
            f"{_CSI_GROUP}/secretproviderclasspodstatuses",
            SecretProviderClassPodStatuses,
            SecretProviderClassPodStatus,
        ),
        "cert_manager_certificates": partial(
            _served, cluster, f"{_CERT_MANAGER_GROUP}/certificates", CertificateObjects, CertificateObject
        ),
        **release_readers(cluster, namespace=namespace, release=release, read_release=read_release),
    }


class _Version(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    git_version: str


def server_version(cluster: Cluster) -> str:
    """Return the API server's version without its v, such as `1.33.2`. Raises Unreadable where nobody answers."""
    try:
        return decode(get(cluster, "/version"), _Version).git_version.removeprefix("v")
    except Undecodable:
        raise Unreadable(f"{cluster.server} answered, but not as a Kubernetes API server does") from None


class _List(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A page of any list."""

    metadata: ListMeta = ListMeta()
    items: tuple[T, ...] = ()


def _listed(cluster: Cluster, path: str, item: type[T]) -> tuple[T, ...]:
    page: Any = _List
    return read_list(cluster, path, page[item], lambda part: part.items)


def _list(cluster: Cluster, fact: Fact, _: Get) -> tuple[Any, ...]:
    path, item = fact.path or "", get_args(fact.type)[0]
    if "secrets" in path.split("/"):
        raise Unreadable("Secrets are only ever listed as a table, without their values: use the fact `secrets`")
    try:
        return list_pods(cluster, path) if item is Pod else _listed(cluster, path, item)
    except Refused as error:
        if error.status == NOT_FOUND and fact.name not in FACTS:
            # What a pack looks for may not be installed; all that we look for ourselves is built in.
            raise Unreadable(f"the cluster serves no {path}", "not-yet") from None
        raise


def _served(cluster: Cluster, path: str, whole: type[C], item: type[Any], _: Get) -> C:
    """List a kind that something else brings. Its absence is a fact, and known even where listing is not allowed."""
    try:
        return whole(served=True, items=_listed(cluster, path, item))
    except Refused as error:
        if error.status == NOT_FOUND or (error.status == FORBIDDEN and not _exists(cluster, path.rpartition("/")[0])):
            return whole(served=False)
        raise


def _exists(cluster: Cluster, group: str) -> bool:
    """Ask discovery, which everybody may read; rights are looked at before existence, so a list cannot tell."""
    try:
        get(cluster, group)
    except Refused as error:
        return error.status != NOT_FOUND
    return True


def _secrets(cluster: Cluster, namespace: str | None, get_fact: Get) -> tuple[Secret, ...]:
    try:
        return list_secrets(cluster)
    except Refused as error:
        if error.status != FORBIDDEN:
            raise
    if namespace is None:
        release = get_fact("release")
        found = None if isinstance(release, Missing) else release.namespace
        namespace = found or cluster.namespace or DEFAULT_NAMESPACE
    return list_secrets(cluster, namespace)
