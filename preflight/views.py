"""What a snapshot shows beside findings: its nodes, the chains of its Secrets, a patch to its values. Pure."""

from typing import Any

from preflight.errors import PreflightError
from preflight.facts import Manifest, Missing, Snapshot, Values
from preflight.model import NodePicture, SecretPicture, Use, Views
from preflight.scheduling.placement import Placement, place_addon
from preflight.scheduling.wording import effect
from preflight.sync.chains import chains
from preflight.sync.graph import Graph
from preflight.sync.patch import patch
from preflight.sync.planned import Undecided, planned


def views(snapshot: Snapshot) -> Views:
    """Return what can be drawn of the snapshot; a picture whose facts are missing or cannot be judged is None."""
    return Views(nodes=_nodes(snapshot), secrets=_secrets(snapshot))


def _nodes(snapshot: Snapshot) -> tuple[NodePicture, ...] | None:
    nodes, pods = snapshot.get("nodes"), snapshot.get("pods")
    if isinstance(nodes, Missing) or isinstance(pods, Missing):
        return None
    try:
        placements = place_addon(
            nodes,
            pods,
            daemon_sets=_known(snapshot, "daemon_sets"),
            budgets=_known(snapshot, "pod_disruption_budgets"),
            priority_classes=_known(snapshot, "priority_classes"),
            claims=_known(snapshot, "persistent_volume_claims"),
            volumes=_known(snapshot, "persistent_volumes"),
            cluster=_known(snapshot, "cluster"),
        ).nodes
    except PreflightError:
        # A quantity that is none: the checks that reckon with it say so, and the others have their verdicts.
        return None
    loudest = {p.pool: max(o.verdict.loudness for o in placements if o.pool == p.pool) for p in placements}
    ordered = sorted(placements, key=lambda p: (-loudest[p.pool], p.pool, -p.verdict.loudness, p.name))
    return tuple(_picture(placement) for placement in ordered)


def _picture(placement: Placement) -> NodePicture:
    load, has = placement.before.load, placement.before.allocatable

    def use(resource: str) -> Use:
        added = placement.asked.get(resource, 0)
        return Use(before=load.used.get(resource, 0), added=added, limit=has.get(resource, 0))

    return NodePicture(
        node=placement.name,
        pool=placement.pool,
        status=placement.verdict,
        effect=effect(placement),
        slots=Use(before=load.slots, added=placement.needed, limit=placement.limit),
        cpu=use("cpu"),
        memory=use("memory"),
        victims=tuple(victim.name for victim in placement.victims),
    )


def smallest_change(snapshot: Snapshot) -> str | None:
    """Return the patch to the values that makes the sync right (`preflight.sync.patch`); None without values."""
    values, graph = _known(snapshot, "values"), _graph(snapshot)
    return patch(values, graph) if isinstance(values, Values) and isinstance(graph, Graph) else None


def _graph(snapshot: Snapshot) -> Graph | Undecided:
    manifest = _known(snapshot, "manifest")
    return planned(
        snapshot.get("values"),
        manifest=manifest if isinstance(manifest, Manifest) else None,
        release=snapshot.get("release"),
        header=snapshot.header,
    )


def _secrets(snapshot: Snapshot) -> tuple[SecretPicture, ...] | None:
    graph = _graph(snapshot)
    if isinstance(graph, Undecided):
        return None
    return tuple(
        SecretPicture(
            secret=chain.secret.name,
            provider_class=chain.planned.name,
            objects=chain.objects,
            keys=tuple(key for key, _ in chain.secret.keys),
            mounted_by=chain.mounted_by,
            read_by=chain.read_by,
            broken=chain.broken or "",
        )
        for chain in chains(graph)
    )


def _known(snapshot: Snapshot, name: str) -> Any:  # noqa: ANN401 - the fact's own type
    value = snapshot.get(name)
    return None if isinstance(value, Missing) else value
