"""`--read-values`: fetch values from vault and cluster, tell how they relate, and forget them before returning.

This is the only place where values of Secrets are fetched at all, on request, and they live inside one call of one
reader: what is returned has no field for a value, and no text of a server's answer is repeated in a reason.
"""

import base64
import binascii
import gc
from collections.abc import Mapping
from functools import partial
from urllib.parse import quote

import msgspec

from preflight.collect import vault
from preflight.collect.azure import Cloud, Named
from preflight.collect.cluster import FORBIDDEN, NOT_FOUND, Cluster, Refused
from preflight.collect.cluster import get as fetch
from preflight.collect.decoding import Undecodable, decode
from preflight.collect.reading import Get, Reader, Unreadable, need
from preflight.facts import Missing
from preflight.facts.parity import ValueRelation
from preflight.sync.existing import DEFAULT_NAMESPACE
from preflight.sync.naming import object_fault, subdomain_fault
from preflight.sync.parity import RULES, follows, new_key, relation, seal
from preflight.sync.values import keyvault, objects_needed

Key = tuple[str, str]
"""A Secret and one of its keys."""


def reader(cluster: Cluster, namespace: str | None, *, cloud: Cloud, named: Named, allowed: bool) -> Reader:
    """Return the reader of `value_parity`; without `allowed` it fetches nothing."""
    return partial(_forgotten, cluster, namespace, cloud, named) if allowed else _not_asked_for


def _not_asked_for(_: Get) -> tuple[ValueRelation, ...]:
    raise Unreadable("values are compared only with --read-values, which fetches them", "not-yet")


def _forgotten(
    cluster: Cluster, namespace: str | None, cloud: Cloud, named: Named, get: Get
) -> tuple[ValueRelation, ...]:
    """Compare, and see that nothing of it stays in memory.

    An exception holds the frames that it passed through, and a connection that broke off holds what had come in, each
    in a circle that only the garbage collector opens: it pauses while facts are read (`reading.read`).
    """
    try:
        found: tuple[ValueRelation, ...] | Missing = _relations(cluster, namespace, cloud, named, get)
    except Unreadable as error:
        found = error.missing
    gc.collect()
    if isinstance(found, Missing):
        raise Unreadable(found.reason, found.why)
    return found


def _relations(
    cluster: Cluster, namespace: str | None, cloud: Cloud, named: Named, get: Get
) -> tuple[ValueRelation, ...]:
    planned = _planned(get)
    there = {one.name.lower() for one in need(get, "vault_secrets") if one.enabled is not False}
    release = get("release")
    found = None if isinstance(release, Missing) else release.namespace
    at = namespace or found or cluster.namespace or DEFAULT_NAMESPACE
    names = {name for name in planned.values() if name.lower() in there and object_fault(name) is None}
    in_vault = {name: text.encode() for name, text in vault.secret_values(names, cloud, named, get).items()}
    in_cluster = {secret: _secret(cluster, at, secret) for secret in dict.fromkeys(secret for secret, _ in planned)}
    seal_key = new_key()
    compared = []
    for (secret, key), name in planned.items():
        one, other = in_vault.get(name), in_cluster[secret].get(key)
        how = (
            "not in the vault"
            if one is None
            else "not in the cluster"
            if other is None
            else relation(seal(one, seal_key), seal(other, seal_key))
        )
        compared.append(ValueRelation(secret=secret, key=key, object_name=name, relation=how))
    for follower, leader, rule in RULES:
        value, password = in_vault.get(planned.get(follower, "")), in_vault.get(planned.get(leader, ""))
        if value is not None and password is not None:
            how = follows(rule, password, value, seal_key)
            secret, key = follower
            compared.append(
                ValueRelation(secret=secret, key=key, object_name=planned[follower], relation=how, rule=rule)
            )
    return tuple(compared)


def _planned(get: Get) -> Mapping[Key, str]:
    """Return the vault object that is to fill each key of a Secret; certificates are no values to compare."""
    block = keyvault(need(get, "values"))
    return {
        (one.secret, one.keys[0]): one.name
        for one in (objects_needed(block) if block else ())
        if one.secret and not one.certificate and one.setting.kind != "token" and subdomain_fault(one.secret) is None
    }


class _Secret(msgspec.Struct, frozen=True, kw_only=True):
    data: dict[str, str] = {}


def _secret(cluster: Cluster, namespace: str, name: str) -> Mapping[str, bytes]:
    """Return what a Secret holds, nothing where it is not there. Raises Unreadable in words of our own."""
    try:
        held = decode(fetch(cluster, f"/api/v1/namespaces/{quote(namespace)}/secrets/{name}"), _Secret)
        return {key: base64.b64decode(value, validate=True) for key, value in held.data.items()}
    except Refused as error:
        if error.status == NOT_FOUND:
            return {}
        raise Unreadable(_refusal(error.status, namespace, name), error.missing.why) from None
    except (Undecodable, binascii.Error):
        raise Unreadable(f"the Secret {namespace}/{name} is not what Kubernetes documents") from None


def _refusal(status: int, namespace: str, name: str) -> str:
    if status == FORBIDDEN:
        return f"refused (403): the Secret {namespace}/{name} needs get secrets in namespace {namespace}"
    return f"the API server answered {status} for the Secret {namespace}/{name}"
