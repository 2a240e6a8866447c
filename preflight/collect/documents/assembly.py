"""The objects of a pile of files into facts, each its value or Missing: what is lacking never looks like an answer."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from preflight.collect.documents.completeness import doubts, lacking
from preflight.collect.documents.helm import release_of
from preflight.collect.documents.one_cluster import one_cluster
from preflight.collect.documents.pile import Pile
from preflight.collect.documents.trimming import OF_A_VAULT
from preflight.collect.documents.unpack import shown
from preflight.facts import (
    AgentPool,
    CertificateObjects,
    Fact,
    ManagedCluster,
    Missing,
    NameAvailability,
    Operator,
    RoleAssignments,
    ScopedPermissions,
    SecretProviderClasses,
    SecretProviderClassPodStatuses,
    Vault,
)

NOT_GIVEN = Missing(reason="not in the given files", why="not-given")


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What is meant where files are of several vaults or releases; `read_release` False leaves its record unopened."""

    vault_name: str | None = None
    release: str | None = None
    read_release: bool = True


def assemble(pile: Pile, facts: Mapping[str, Fact], choice: Choice) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return every fact, and of those that are Missing because something lacks what there is of them.

    Raises InputError where the pile is of two clusters, UsageError where it is of several releases.
    """
    there = {name: tuple(pile.of(name)) for name in facts if name in pile.covered}
    cluster = one_cluster(pile)
    pools: list[AgentPool] = pile.of("agent_pools")
    found: dict[str, Any] = {**there}
    found |= _served(pile, there) | _of_azure(pile, there, choice)
    partial = lacking(there, pile.newest("nodes", "pods"))
    pile.notes += [] if "pods" in partial else doubts(there)
    partial |= {name: reason for name, reason in pile.cut.items() if name in facts}
    if cluster:
        found["cluster"] = _with_pools(cluster, pools)
    elif pools:
        found["cluster"] = ManagedCluster(id=_owner(pools), agent_pool_profiles=tuple(pools))
        partial["cluster"] = "only its node pools were given; give `az aks show` too"
    if choice.read_release:
        told = release_of(pile, choice.release)
        found |= told.found
        partial |= told.lacking
    result: dict[str, Any] = {}
    listed: dict[str, Any] = {}
    for name in facts:
        if name in partial:
            result[name] = Missing(reason=partial[name], why="partial")
            listed |= {name: found[name]} if name in found else {}
        else:
            result[name] = found.get(name, NOT_GIVEN)
    return result | _vault(pile, result, choice.vault_name), listed


def _with_pools(cluster: ManagedCluster, pools: Sequence[AgentPool]) -> ManagedCluster:
    """Put pools that were listed by themselves in the place of the cluster's own, by name; new ones come last."""
    listed = {pool.name: pool for pool in pools}
    own = [listed.pop(pool.name, pool) for pool in cluster.agent_pool_profiles]
    return msgspec.structs.replace(cluster, agent_pool_profiles=(*own, *listed.values()))


def _served(pile: Pile, there: Mapping[str, Any]) -> dict[str, Any]:
    """Return the kinds that not every server has, and whether this one has them."""
    groups = set(pile.of("api_groups"))
    found: dict[str, Any] = {}
    for name, container, group in (
        ("secret_provider_classes", SecretProviderClasses, "secrets-store.csi.x-k8s.io"),
        ("secret_provider_class_pod_statuses", SecretProviderClassPodStatuses, "secrets-store.csi.x-k8s.io"),
        ("cert_manager_certificates", CertificateObjects, "cert-manager.io"),
    ):
        if name in there:
            # A list of a kind comes only from a server that has the kind.
            found[name] = container(served=True, items=there[name])
        elif groups and group not in groups:
            found[name] = container(served=False)
    return found


def _of_azure(pile: Pile, there: Mapping[str, Any], choice: Choice) -> dict[str, Any]:
    """Return what answers of Azure are only together, or only with what was chosen."""
    found: dict[str, Any] = {}
    if "role_assignments" in there:
        found["role_assignments"] = RoleAssignments(items=there["role_assignments"], assigned_to=None)
    if "vault_name" in there:
        found["vault_name"] = _availability(there["vault_name"], choice.vault_name)
    scopes: list[ScopedPermissions] = pile.of("operator_scopes")
    if scopes:
        found["operator"] = Operator(scopes=tuple(scopes))
    return found


def _availability(answers: Sequence[NameAvailability], name: str | None) -> NameAvailability | Missing:
    """Return Azure's answer as being on the vault that was named: it does not say itself on which name it is."""
    if name and len(answers) == 1:
        return msgspec.structs.replace(answers[0], name=name)
    return Missing(reason="`az keyvault check-name` does not tell the name; say it: --vault-name", why="not-given")


def _owner(pools: Sequence[AgentPool]) -> str:
    """Return the id of the cluster that a pool belongs to.

    >>> _owner([AgentPool(id="/subscriptions/s/.../managedClusters/aks/agentPools/data")])
    '/subscriptions/s/.../managedClusters/aks'
    """
    segments = next((pool.id for pool in pools if pool.id), "").split("/")
    return "/".join(segments[:-2])


def _vault(pile: Pile, result: Mapping[str, Any], vault_name: str | None) -> dict[str, Any]:
    """Choose the vault, and the listings that are of it: judging another vault's secrets would be worse than none."""
    vaults: list[Vault] = pile.of("vault")
    listings = [name for name in OF_A_VAULT if name in pile.covered and name in result]
    hosts = {host: host.partition(".")[0] for what in listings for host, _ in pile.copies.get(what, {})}
    names = {vault.name.lower() for vault in vaults} or set(hosts.values())
    chosen = vault_name.lower() if vault_name else next(iter(names)) if len(names) == 1 else None
    if chosen is None and names:
        some = ", ".join(shown(name) for name in sorted(names))
        several = Missing(
            reason=f"the files are of {len(names)} vaults ({some}); say which: --vault-name", why="not-given"
        )
        return dict.fromkeys([*listings, *(["vault"] if vaults else [])], several)
    other = Missing(reason=f"the files hold it of another vault than {shown(chosen or '')}", why="not-given")
    choice: dict[str, Any] = {}
    if vaults:
        choice["vault"] = next((vault for vault in vaults if vault.name.lower() == chosen), other)
    for name in listings:
        if not isinstance(result[name], Missing):
            objects = tuple(pile.of_vault(name, chosen or ""))
            # Somebody listed them and there were none: of which vault, the listing cannot say.
            choice[name] = objects or (other if result[name] else ())
    return choice
