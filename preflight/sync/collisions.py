"""A planned Secret that is there already: by whose it is, what the deployment and the driver make of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from preflight.facts import Missing, Release, Secret
from preflight.model import Commands
from preflight.shells import Into, Note, commands
from preflight.sync.existing import owner_of
from preflight.sync.graph import Graph, SyncedSecret
from preflight.sync.mapping import how_to_omit

UPDATING = (1, 6)
"""The first driver version that replaces a Secret it did not make; those before leave it alone, silently."""


@dataclass(frozen=True, kw_only=True)
class Collision:
    """What will happen, and the cure."""

    status: Literal["fail", "warn"]
    message: str
    hint: str
    commands: Commands | None = None


def _fail(message: str, hint: str, commands: Commands | None = None) -> Collision:
    return Collision(status="fail", message=message, hint=hint, commands=commands)


def _warn(message: str, hint: str, commands: Commands | None = None) -> Collision:
    return Collision(status="warn", message=message, hint=hint, commands=commands)


def collide(
    graph: Graph,
    planned: SyncedSecret,
    existing: Secret,
    *,
    release: Release | Missing | None,
    driver: tuple[int, ...] | None,
    mounted: Mapping[str, str],
    asking: Sequence[str] = (),
) -> Collision:
    """Judge one planned Secret that exists and is not the driver's (checks.md, installer-secrets; azure.md 7.5).

    `driver` is the driver's version as numbers; `mounted` maps a class to a pod that has it mounted; `asking` are the
    Certificates and Ingresses that ask cert-manager for the Secret.
    """
    name = planned.name
    owner = owner_of(existing, release)
    rendered = any(made.name == name for made in graph.made)
    if owner == "this release" and rendered:
        why = f"{name} belongs to this release, which goes on making it: two owners of one Secret"
        return _fail(why, how_to_omit(graph, name))
    if owner == "this release":
        why = f"{name} is deleted by Helm in the upgrade and absent until the driver writes it"
        place = ("-n", existing.metadata.namespace) if existing.metadata.namespace else ()
        wait = commands(
            Note("after the upgrade; it ends as soon as the driver has written it"),
            ("kubectl", "wait", "--for=create", f"secret/{name}", *place, "--timeout=10m"),
        )
        return _warn(why, "run no second upgrade before it is there: that one may fail", wait)
    if rendered:
        whose = "belongs to another release" if owner == "another release" else "was not made by Helm"
        why = f"{name} {whose} and the chart makes it too: Helm stops with invalid ownership metadata"
        return _fail(why, how_to_omit(graph, name))
    if asking or owner == "cert-manager":
        whose = f", for {', '.join(asking)}" if asking else ""
        why = f"{name} is made by cert-manager{whose}, which writes it again whenever it is removed or changed"
        return _fail(why, "remove the Certificate (or the issuer's annotation on the Ingress) first")
    return _somebodys(graph, planned, existing, driver, mounted)


def _somebodys(
    graph: Graph,
    planned: SyncedSecret,
    existing: Secret,
    driver: tuple[int, ...] | None,
    mounted: Mapping[str, str],
) -> Collision:
    """The installer's, a person's, another release's: what the driver does depends on its version."""
    name = planned.name
    hint, commands = _take_over(graph, planned, existing, mounted)
    if driver is None:
        both = "drivers up to 1.5 leave it alone for ever, later ones replace it, and which runs is not known"
        return _fail(f"{name} is there, made by somebody else: {both}", hint, commands)
    if driver < UPDATING:
        why = f"{name} is there, made by somebody else: this driver leaves it alone, so it stays as it is for ever"
        return _fail(why, hint, commands)
    wanted = {key for key, _ in planned.keys}
    lost = sorted(set(existing.keys or ()) - wanted)
    other_type = bool(existing.type) and existing.type != planned.type
    if other_type or existing.immutable:
        cause = f"is of type {existing.type}, not {planned.type}" if other_type else "is immutable"
        why = f"{name} is there, made by somebody else, and {cause}: the driver cannot replace it"
        return _fail(why, hint, commands)
    if lost:
        why = f"{name} is there, made by somebody else, and replaced whole: {', '.join(lost)} would be lost"
        return _fail(why, f"add {', '.join(lost)} to secretKeys, or rename one of the two")
    count = existing.key_count
    if existing.keys is None and count is not None and count > len(wanted):
        more = f"it has {count} keys, {len(wanted)} are planned"
        why = f"{name} is there, made by somebody else, and replaced whole: {more}"
        return _fail(why, "add the others to secretKeys, or rename one of the two")
    why = f"{name} is there, made by somebody else; this driver replaces it with the vault's values"
    doubt = "; which keys it has is not known, and any that is not planned is lost" if existing.keys is None else ""
    return _warn(why + doubt, "make sure that the vault holds the same values")


def _take_over(
    graph: Graph, planned: SyncedSecret, existing: Secret, mounted: Mapping[str, str]
) -> tuple[str, Commands | None]:
    """How to hand it over: deleting is advised only while a pod has the class mounted, and can write it again."""
    owner = next((item.name for item in graph.classes if planned in item.secrets), "its class")
    pod = mounted.get(owner)
    if pod is None:
        return f"mount {owner} first; then keep a copy, delete the Secret and restart the pod that mounts it", None
    place = ("-n", existing.metadata.namespace) if existing.metadata.namespace else ()
    lines = commands(
        Into(("kubectl", "get", "secret", planned.name, *place, "-o", "yaml"), f"{planned.name}.backup.yaml"),
        ("kubectl", "delete", "secret", planned.name, *place),
        ("kubectl", "delete", "pod", pod, *place),
    )
    return f"keep a copy, delete it, and restart {pod}", lines
