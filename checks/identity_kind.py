"""Which of an identity's ids the values name."""

from collections.abc import Iterator

from msgspec.structs import replace

from preflight import Commands, Finding, Missing, check, facts, fail, passed, skip, unknown, warn
from preflight.access.commands import attach, commands, show_client_id
from preflight.access.identities import (
    IdKind,
    KnownIdentity,
    is_filled_in,
    known_identities,
    lacking_scale_sets,
    pools_without,
    scale_sets_of,
    whose,
)
from preflight.access.principals import EVERYONE
from preflight.sync.block import is_placeholder
from preflight.sync.values import keyvault, location

OBJECT = "values/global.keyvault.userAssignedIdentityID"


@check("identity-kind", group="identity")
def identity_kind(
    header: facts.Header,
    values: facts.Values | Missing | None = None,
    cluster: facts.ManagedCluster | Missing | None = None,
    identities: tuple[facts.ManagedIdentity, ...] | None = None,
    scale_sets: tuple[facts.ScaleSet, ...] | Missing | None = None,
) -> Iterator[Finding]:
    """The values name the identity by its client id.

    An identity has a client id, an object id and a resource id. `userAssignedIdentityID` takes the client id; grants
    take the object id. The published procedure reads the object id and pastes it into both places: then every mount
    fails with "Identity not found", because the node knows no identity under that id.

    Fix: put the client id of the add-on's identity into `global.keyvault.userAssignedIdentityID`
    (`az aks show --query addonProfiles.azureKeyvaultSecretsProvider.identity.clientId`), and keep using its object id
    for role assignments and access policies. An identity of your own must be attached to every scale set.
    """
    block = keyvault(values) if isinstance(values, facts.Values) else None
    if isinstance(values, Missing) and values.is_lost:
        yield unknown(f"values not read: {values.reason}", OBJECT)
        return
    if block is None or not block.enabled:
        yield skip("no values with global.keyvault enabled, so nothing names an identity yet")
        return
    setting = block.settings.get("userAssignedIdentityID")
    named = block.user_assigned_identity_id
    unfilled = named is None or is_placeholder(named) or named == EVERYONE
    if setting and setting.kind == "token":
        yield skip("a pipeline fills it in later", OBJECT)
    elif unfilled and "enable" in (header.stage, *header.stages):
        yield skip("not yet: the identity is made when the add-on is enabled; its client id is filled in then", OBJECT)
    elif isinstance(cluster, Missing) and is_filled_in(named):
        yield skip(cluster.reason) if cluster.is_skip else unknown(f"cluster not read: {cluster.reason}", OBJECT)
    else:
        known = known_identities(cluster, identities)
        finding = _compared(named if not unfilled else None, cluster, known, scale_sets)
        yield replace(finding, location=location(setting))


def _compared(
    named: str | None,
    cluster: facts.ManagedCluster | Missing | None,
    known: tuple[KnownIdentity, ...],
    scale_sets: tuple[facts.ScaleSet, ...] | Missing | None,
) -> Finding:
    unlisted: tuple[str, ...] = ()
    if isinstance(cluster, facts.ManagedCluster) and isinstance(scale_sets, tuple):
        scale_sets = scale_sets_of(cluster, scale_sets)
        unlisted = pools_without(cluster, scale_sets)
    show = commands(show_client_id(cluster)) if isinstance(cluster, facts.ManagedCluster) else None
    addon = next((identity for identity in known if identity.role == "add-on"), None)
    if named is None:
        return fail("no id is filled in, so no node can get a token", OBJECT, _hint(addon), commands=show)
    found = whose(named, known)
    if found:
        return _judged(*found, addon, scale_sets, unlisted, show)
    if is_filled_in(named):
        return unknown(f"{named} is none of the identities that could be read", OBJECT, _hint(addon), commands=show)
    return fail(f"{named} is not a client id, which is a GUID", OBJECT, _hint(addon), commands=show)


def _judged(
    identity: KnownIdentity,
    kind: IdKind,
    addon: KnownIdentity | None,
    scale_sets: tuple[facts.ScaleSet, ...] | Missing | None,
    unlisted: tuple[str, ...],
    show: Commands | None,
) -> Finding:
    evidence = {"identity": identity.name, "role": identity.role, "kind": kind, "client_id": identity.ids.client_id}
    if kind != "client id":
        message = f'it is the {kind} of {identity.label}: every mount fails with "Identity not found"'
        right = identity if identity.role == "own" else addon
        return fail(message, OBJECT, _hint(right), evidence=evidence, commands=show)
    if identity.role == "control plane":
        message = f"it is of {identity.label}, which no node has: every mount fails"
        return fail(message, OBJECT, _hint(addon), evidence=evidence, commands=show)
    lacking = lacking_scale_sets(identity, scale_sets) if isinstance(scale_sets, tuple) else ()
    if lacking:
        return _absent(identity, lacking)
    if identity.role == "own":
        return _attached(identity, scale_sets, unlisted)
    if identity.role == "add-on":
        return passed(f"it is the client id of {identity.label}", OBJECT, evidence=evidence)
    message = f"it is the client id of {identity.label}: it works, but what pulls images then also reads secrets"
    return warn(message, OBJECT, _hint(addon), evidence=evidence, commands=show)


def _hint(right: KnownIdentity | None) -> str:
    if right and right.ids.client_id:
        return f"set it to {right.ids.client_id}, the client id of {right.label}"
    return "set it to the client id of the add-on's identity, which is made when the add-on is enabled"


def _attached(
    identity: KnownIdentity, scale_sets: tuple[facts.ScaleSet, ...] | Missing | None, unlisted: tuple[str, ...]
) -> Finding:
    """Judge an identity of one's own that no scale set provably lacks; those of `unlisted` pools were not read."""
    if not isinstance(scale_sets, tuple) or not scale_sets or not identity.ids.resource_id:
        reason = scale_sets.reason if isinstance(scale_sets, Missing) else "none was found to compare"
        return unknown(f"it is {identity.label}; whether every scale set has it is not known: {reason}", OBJECT)
    if unlisted:
        message = f"it is {identity.label}; whether pools {', '.join(unlisted)} have it is not known"
        return unknown(f"{message}: their scale sets are not in what was read", OBJECT)
    message = f"it is {identity.label}, attached to all {len(scale_sets)} scale sets; new pools will not have it"
    return warn(message, OBJECT, "attach it to each pool you add, or use the add-on's identity")


def _absent(identity: KnownIdentity, lacking: tuple[facts.ScaleSet, ...]) -> Finding:
    names = [scale_set.tags.pool or scale_set.name for scale_set in lacking]
    message = f"it is {identity.label}, which is not attached to {', '.join(names)}: pods there cannot mount"
    cure = commands(*attach(identity, lacking))
    return fail(message, OBJECT, "attach it to these scale sets", evidence={"lacking": [*names]}, commands=cure)
