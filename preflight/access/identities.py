"""Whose id is this, and which identity is to be judged: mixed-up ids are the most frequent cause of a refusal."""

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from preflight.access.principals import EVERYONE
from preflight.access.scopes import resource_group
from preflight.facts import Identity, ManagedCluster, ManagedIdentity, Missing, Operator, ScaleSet, same_id

Role = Literal["add-on", "kubelet", "control plane", "own"]
"""What an identity is to this cluster; `own` is a user-assigned identity that Azure did not make for it."""

IdKind = Literal["client id", "object id", "resource id"]

_OF_SCALE_SETS = "virtualmachinescalesets"
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class KnownIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """An identity with what is known of its three ids."""

    role: Role
    ids: Identity
    tenant_id: str | None = None
    name: str | None = None

    @property
    def label(self) -> str:
        """How messages call it: `the add-on's identity azurekeyvaultsecretsprovider-aks-1`."""
        whose = "your own identity" if self.role == "own" else f"the {self.role}'s identity"
        return f"{whose} {self.name}" if self.name else whose

    @property
    def object(self) -> str:
        """The object that findings name."""
        return f"identity/{self.name or self.ids.client_id or self.ids.object_id or self.role.replace(' ', '-')}"


class Undetermined(msgspec.Struct, frozen=True, kw_only=True):
    """Which identity to judge cannot be told; `not_yet` where that is in order."""

    reason: str
    not_yet: bool = False


def is_guid(text: str) -> bool:
    """Tell whether a text has the form of an id that Entra makes."""
    return _GUID.fullmatch(text) is not None


def is_filled_in(id: str | None) -> bool:
    """Tell whether an id could be one: a GUID other than the all-zero one that published examples show."""
    return id is not None and is_guid(id) and id != EVERYONE


def known_identities(
    cluster: ManagedCluster | Missing | None, identities: tuple[ManagedIdentity, ...] | Missing | None
) -> tuple[KnownIdentity, ...]:
    """Return the cluster's own identities, the add-on's first, then the others that were read."""
    of_cluster = tuple(_of_cluster(cluster)) if isinstance(cluster, ManagedCluster) else ()
    others = identities if isinstance(identities, tuple) else ()
    own = (
        KnownIdentity(
            role="own",
            ids=Identity(client_id=other.client_id, object_id=other.principal_id, resource_id=other.id or None),
            tenant_id=other.tenant_id,
            name=other.name or None,
        )
        for other in others
        if not any(same_id(other.id, mine.ids.resource_id) for mine in of_cluster)
    )
    return (*of_cluster, *own)


def _of_cluster(cluster: ManagedCluster) -> Iterator[KnownIdentity]:
    tenant = cluster.identity.tenant_id
    addon = cluster.keyvault_addon
    if addon and addon.enabled and addon.identity:
        yield _known("add-on", addon.identity, tenant)
    for key, identity in cluster.identity_profile.items():
        if key.lower() == "kubeletidentity":
            yield _known("kubelet", identity, tenant)
    if cluster.identity.principal_id:
        yield _known("control plane", Identity(object_id=cluster.identity.principal_id), tenant)
    for resource_id, ids in cluster.identity.user_assigned_identities.items():
        identity = Identity(client_id=ids.client_id, object_id=ids.principal_id, resource_id=resource_id)
        yield _known("control plane", identity, tenant)


def _known(role: Role, ids: Identity, tenant: str | None) -> KnownIdentity:
    name = ids.resource_id.rstrip("/").rsplit("/", 1)[-1] if ids.resource_id else None
    return KnownIdentity(role=role, ids=ids, tenant_id=tenant, name=name)


def whose(id: str, known: tuple[KnownIdentity, ...]) -> tuple[KnownIdentity, IdKind] | None:
    """Return the identity an id belongs to and which of its ids it is; None for a stranger's.

    Client ids are compared first: they are what the values are to name.
    """
    for identity in known:
        if same_id(identity.ids.client_id, id):
            return identity, "client id"
    for identity in known:
        if same_id(identity.ids.object_id, id):
            return identity, "object id"
    for identity in known:
        if same_id(identity.ids.resource_id, id.rstrip("/")):
            return identity, "resource id"
    return None


def judged_identity(
    named: str | None,
    cluster: ManagedCluster | Missing | None,
    identities: tuple[ManagedIdentity, ...] | Missing | None,
) -> KnownIdentity | Undetermined:
    """Return the identity that the values name, or the add-on's where they name none.

    Before the add-on is on its identity does not exist: not yet, except for an identity of one's own.
    """
    known = known_identities(cluster, identities)
    if named and is_filled_in(named):
        found = whose(named, known)
        if found:
            return found[0]
        if isinstance(cluster, Missing) and cluster.is_skip:
            return Undetermined(reason=cluster.reason, not_yet=True)
        return Undetermined(reason=f"{named} is none of the identities that could be read")
    if not isinstance(cluster, ManagedCluster):
        missing = cluster or Missing(reason="the cluster was not read")
        return Undetermined(reason=missing.reason, not_yet=missing.is_skip)
    addon = cluster.keyvault_addon
    if addon is None or not addon.enabled:
        return Undetermined(reason="not yet: the identity is made when the add-on is enabled", not_yet=True)
    return next(
        (identity for identity in known if identity.role == "add-on"),
        Undetermined(reason="the add-on is on, but the cluster's answer names no identity for it"),
    )


def ids_that_are_no_groups(known: tuple[KnownIdentity, ...], operator: Operator | None = None) -> frozenset[str]:
    """Return every id of the identities and the caller's own: a policy for one of them is certainly not a group's."""
    ids = [one for identity in known for one in (identity.ids.client_id, identity.ids.object_id)]
    ids += [operator.object_id] if operator else []
    return frozenset(one.lower() for one in ids if one)


def scale_sets_of(cluster: ManagedCluster, scale_sets: tuple[ScaleSet, ...]) -> tuple[ScaleSet, ...]:
    """Return those that are the cluster's: a listing of a subscription has those of other clusters too."""
    group = (cluster.node_resource_group or "").lower()
    return tuple(one for one in scale_sets if not group or (resource_group(one.id) or "").lower() == group)


def pools_without(cluster: ManagedCluster, scale_sets: tuple[ScaleSet, ...]) -> tuple[str, ...]:
    """Return the pools of scale sets of which none is among these, by name; none where scale sets name no pools."""
    named = {one.tags.pool for one in scale_sets if one.tags.pool}
    pools = (pool.name for pool in cluster.agent_pool_profiles if (pool.type or "").lower() == _OF_SCALE_SETS)
    return tuple(sorted(pool for pool in pools if named and pool not in named))


def lacking_scale_sets(identity: KnownIdentity, scale_sets: tuple[ScaleSet, ...]) -> tuple[ScaleSet, ...]:
    """Return the scale sets that the identity is provably not attached to; of node pools only, where that is tagged."""
    if not identity.ids.resource_id:
        return ()
    wanted = identity.ids.resource_id.lower().strip("/")
    of_pools = [scale_set for scale_set in scale_sets if scale_set.tags.pool]
    lacking = [
        scale_set
        for scale_set in of_pools or scale_sets
        if wanted not in {attached.lower().strip("/") for attached in scale_set.identity.user_assigned_identities}
    ]
    return tuple(sorted(lacking, key=lambda scale_set: scale_set.name))
