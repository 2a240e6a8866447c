"""The smallest change to the values that makes the sync right for a chart version, as YAML to pass with `-f`.

A list in a values file replaces the one below it, so a changed list is written whole: the chart's own entries, what
the user added, less what clashes, plus the mount that lacks. Entries that hold more than we keep are left to a person.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from preflight.facts import Setting, Values
from preflight.sync.chart import ContainerFact, Fact, MountFact, PodFact, chart_facts
from preflight.sync.graph import CSI_DRIVER, Graph, PodPlan
from preflight.sync.mapping import MOUNTING, TABLE, how_to_omit
from preflight.sync.scalars import plain_kind
from preflight.sync.values import KEYVAULT, Index, dotted

NOTHING = "# nothing to change\n"
_VOLUME_NAME = "azure-keyvault-secrets"
_MOUNT_PATH = "/mnt/secrets-sync"
_PLAIN = re.compile(r"[A-Za-z_/][\w./-]*")

Entry = dict[str, Any]
Row = TypeVar("Row", bound=Fact)


def patch(values: Values, graph: Graph) -> str:
    """Return the patch as YAML, `# nothing to change` when there is none; what it cannot do stands in comments."""
    if graph.basis != "chart facts" or not graph.supported:
        why = "a manifest is judged as it is" if graph.supported else "this chart does not read global.keyvault"
        return f"# no patch: {why}\n"
    index = Index(values)
    changes: dict[str, Any] = {}
    notes: list[str] = []
    if graph.render_error:
        changes[".".join((*KEYVAULT, "secretProviderClasses"))] = {}
        notes.append(
            "then sync a Secret through each class that the databases mount by themselves: see keyvault-values"
        )
        return _written(changes, notes)
    changes.update(_switches(graph, index, notes))
    mountable = _mountable(graph)
    lost = [item.name for item in graph.classes if item.secrets and item.name.removesuffix("-sync") not in mountable]
    why = f"no pod of chart {graph.version} can mount it; move its Secrets to another class"
    notes.extend(f"{name}: {why}" for name in lost)
    for planned in graph.classes:
        pods = [mount.pod.workload for mount in graph.mounts if mount.class_name == planned.name]
        if pods and not planned.objects:
            notes.append(f"{planned.name} has no objects and {pods[0]} mounts it; sync a Secret through it")
    for fact in _of_version(graph, chart_facts().pods):
        pod = next((item for item in graph.pods if (item.kind, item.name) == (fact.kind, fact.name)), None)
        if pod is not None and pod.workload in graph.reshaped:
            setting = graph.reshaped[pod.workload]
            notes.append(f"{pod.workload}: left as it is, since what {dotted(setting.path)} makes of it is not known")
        elif pod is not None:
            changes.update(_lists(graph, index, fact, pod, notes))
    return _written(changes, notes)


def _mountable(graph: Graph) -> set[str]:
    """Class keys that a pod mounts, or whose application has lists to mount it through."""
    mounted = {mount.class_name.removesuffix("-sync") for mount in graph.mounts if mount.pod.stays}
    lists = {fact.volume_list for fact in _of_version(graph, chart_facts().pods)}
    return mounted | {key for key, (volumes, _) in MOUNTING.items() if volumes in lists}


def _switches(graph: Graph, index: Index, notes: list[str]) -> Iterator[tuple[str, Any]]:
    """Stop the chart making what is synced, and point readers at Secrets that were renamed."""
    synced = {secret.name: {key for key, _ in secret.keys} for item in graph.classes for secret in item.secrets}
    off = {made.switch for made in graph.made if made.switch and made.name in synced}
    for made in graph.made:
        if made.name not in synced:
            if made.switch in off:
                notes.append(f"{made.name}: {made.switch} turns it off too; sync it as well")
        elif made.name == "cluedin-rabbitmq":
            yield from _rabbitmq(index)
        elif made.switch and not made.switch.startswith("platform."):
            yield made.switch, made.name
        else:
            notes.append(f"{made.name}: {how_to_omit(graph, made.name)}")
    yield from _renamed(graph, index, synced, notes)


def _rabbitmq(index: Index) -> Iterator[tuple[str, str]]:
    """The chart makes RabbitMQ's Secret of a password, and where no existing Secret is named."""
    for key, value in (
        ("password", ""),
        *((f"existing{one}Secret", "cluedin-rabbitmq") for one in ("Password", "Erlang")),
    ):
        setting = index.dotted(f"infrastructure.rabbitmq.auth.{key}")
        if setting is not None and setting.empty != (key == "password"):
            yield f"infrastructure.rabbitmq.auth.{key}", value


def _renamed(graph: Graph, index: Index, synced: Mapping[str, set[str]], notes: list[str]) -> Iterator[tuple[str, Any]]:
    produced = set(synced) | {made.name for made in graph.made} | {later.name for later in graph.later}
    read: dict[str, set[str | None]] = {}
    for reader in graph.readers:
        if reader.use.secret not in produced:
            read.setdefault(reader.use.secret, set()).add(reader.use.key)
    for row in TABLE:
        setting = index.dotted(row.switch)
        named = setting.text if setting and not setting.empty else None
        if named is None or named not in synced or named == row.name or row.name not in read or row.needs:
            continue
        if not read[row.name] <= synced[named]:
            notes.append(
                f"{row.name}: {row.switch} turns it off, and {named} has not the keys that are read; sync it too"
            )
            continue
        for path in row.readers:
            if path.endswith(("passwordSecretName", "secretKeyRef.name")):
                yield path, named


def _lists(graph: Graph, index: Index, fact: PodFact, pod: PodPlan, notes: list[str]) -> Iterator[tuple[str, Any]]:
    """The volume list and mount lists of one workload, where they must change."""
    wanted = _unmounted_class(graph, fact)
    touched = any(refusal.pod is pod for refusal in graph.refusals) or wanted is not None
    if not touched and not any(lost.pod == pod.workload for lost in graph.lost):
        return
    own_names = {volume.name for volume in pod.volumes if volume.setting is None} | set(pod.claims)
    containers = [(item, path) for item in _of_version(graph, fact.containers) for path in item.mount_lists]
    defined: set[str] | None = own_names
    if fact.volume_list:
        defined = None
        entries = _entries(index, fact.volume_list, notes)
        if entries is not None:
            kept = [entry for entry in entries if entry.get("name") not in own_names]
            kept = list({str(entry.get("name")): entry for entry in kept}.values())
            defaults = [{"name": row.name, "emptyDir": {}} for row in _defaults(graph, fact.volumes, fact.volume_list)]
            lacking = [item for item in defaults if item["name"] not in {entry.get("name") for entry in kept}]
            new = [*lacking, *kept, *([_csi_volume(wanted)] if wanted else [])]
            defined = own_names | {str(entry["name"]) for entry in new}
            if new != entries and not (new == defaults and index.dotted(fact.volume_list) is None):
                yield fact.volume_list, new
    for container, path in containers:
        yield from _mounts(graph, index, container, path, pod, wanted, defined, notes)


def _mounts(
    graph: Graph,
    index: Index,
    container: ContainerFact,
    path: str,
    pod: PodPlan,
    wanted: str | None,
    defined: set[str] | None,
    notes: list[str],
) -> Iterator[tuple[str, Any]]:
    entries = _entries(index, path, notes)
    plan = next((item for item in pod.containers if item.name == container.name), None)
    if entries is None or plan is None:
        return
    taken = {mount.path for mount in plan.mounts if mount.setting is None}
    kept = [entry for entry in entries if entry.get("mountPath") not in taken]
    kept = [entry for entry in kept if defined is None or entry["name"] in defined]  # a mount of nothing is refused
    kept = list({str(entry.get("mountPath")): entry for entry in kept}.values())
    defaults = [_mount_entry(row) for row in _defaults(graph, container.mounts, path)]
    lacking = [item for item in defaults if item["mountPath"] not in {entry.get("mountPath") for entry in kept}]
    here = wanted is not None and path.endswith(MOUNTING[wanted.removesuffix("-sync")][1])
    added = [{"name": _VOLUME_NAME, "mountPath": _MOUNT_PATH, "readOnly": True}] if here else []
    new = [*lacking, *kept, *added]
    if new != entries and not (new == defaults and index.dotted(path) is None):
        yield path, new


def _unmounted_class(graph: Graph, fact: PodFact) -> str | None:
    """The class of this workload's application when it makes Secrets and no lasting pod mounts it."""
    for key, (volumes, _) in MOUNTING.items():
        planned = graph.named(f"{key}-sync")
        if volumes == fact.volume_list and planned is not None and planned.secrets:
            mounts = [mount for mount in graph.mounts if mount.class_name == planned.name and mount.pod.stays]
            return None if mounts else planned.name
    return None


def _of_version(graph: Graph, rows: Iterable[Row]) -> Iterator[Row]:
    """The rows that are true for the graph's version."""
    group = chart_facts().versions[graph.version or ""]
    return (row for row in rows if not row.groups or group in row.groups)


def _defaults(graph: Graph, rows: Iterable[Row], path: str) -> list[Row]:
    """The chart's own entries of the list at a path."""
    return [row for row in _of_version(graph, rows) if row.list == path]


def _csi_volume(class_name: str | None) -> Entry:
    attributes = {"secretProviderClass": class_name}
    return {"name": _VOLUME_NAME, "csi": {"driver": CSI_DRIVER, "readOnly": True, "volumeAttributes": attributes}}


def _mount_entry(row: MountFact) -> Entry:
    entry: Entry = {"name": row.volume, "mountPath": row.path}
    return entry | ({"subPath": row.sub_path} if row.sub_path else {})


# --- settings back to values ---


def _entries(index: Index, path: str, notes: list[str]) -> list[Entry] | None:
    """The entries of a list as they are written; None, with a note, where they hold more than is kept."""
    setting = index.dotted(path)
    if setting is None:
        return []
    built = [_value(index, item) for item in index.below(*setting.path)]
    entries = [item for item in built if isinstance(item, dict) and isinstance(item.get("name"), str)]
    if len(entries) < len(built) or not all(isinstance(item.get("mountPath", ""), str) for item in entries):
        notes.append(f"{path}: change it by hand, it holds entries that are not kept here")
        return None
    return entries


class _Unkept:
    """Stands for a value that is not held."""


def _value(index: Index, setting: Setting) -> Any:  # noqa: ANN401 - JSON, or _Unkept
    children = {child.path[-1]: _value(index, child) for child in index.below(*setting.path)}
    if setting.kind in ("map", "list"):
        if any(item is _Unkept for item in children.values()) or (not children and not setting.empty):
            return _Unkept
        return children if setting.kind == "map" else list(children.values())
    if setting.kind == "null":
        return None
    if setting.text is None:
        return _Unkept
    if setting.kind == "boolean":
        return setting.text.lower() in ("true", "yes", "on", "y")
    return int(setting.text) if setting.kind == "number" and setting.text.isdigit() else setting.text


# --- YAML ---


def _written(changes: Mapping[str, Any], notes: list[str]) -> str:
    comments = "".join(f"# {note}\n" for note in dict.fromkeys(notes))
    if not changes:
        return comments or NOTHING
    tree: dict[str, Any] = {}
    for path, value in changes.items():
        *above, last = path.split(".")
        here = tree
        for part in above:
            here = here.setdefault(part, {})
        here[last] = value
    return comments + "".join(f"{line}\n" for line in _lines(tree, 0))


def _lines(value: Any, depth: int) -> Iterator[str]:  # noqa: ANN401 - JSON
    pad = "  " * depth
    for key, item in value.items():
        if isinstance(item, dict) and item:
            yield f"{pad}{_scalar(key)}:"
            yield from _lines(item, depth + 1)
        elif isinstance(item, list) and item:
            yield f"{pad}{_scalar(key)}:"
            for entry in item:
                first, *rest = (
                    _lines(entry, depth + 1) if isinstance(entry, dict) and entry else (f"{pad}  {_scalar(entry)}",)
                )
                yield f"{pad}- {first[len(pad) + 2 :]}"
                yield from rest
        else:
            yield f"{pad}{_scalar(key)}: {_scalar(item)}"


def _scalar(value: Any) -> str:  # noqa: ANN401 - JSON
    """JSON is YAML; a plain word only where YAML cannot take it for anything else."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and plain_kind(value) == "string":
        return value
    return json.dumps(value, ensure_ascii=False)
