"""The graph for people and programs: the JSON of `show secrets`, rows for a table, and a mermaid flowchart."""

import re
from collections.abc import Sequence
from typing import Any

from preflight.sync.chains import Chain, chains
from preflight.sync.graph import Graph

ROW_HEADERS = ("Secret", "class", "objects", "mounted by", "readers", "chain")


def document(graph: Graph) -> dict[str, Any]:
    """The JSON of `show secrets -o json`: plain names, in the order of the graph."""
    return {
        "basis": graph.basis,
        "chart_version": graph.version,
        "supported": graph.supported,
        "render_error": graph.render_error,
        "classes": {
            planned.name: {
                "objects": [{"name": item.name, "type": item.type} for item in planned.objects],
                "secrets": {
                    secret.name: {"type": secret.type, "keys": dict(secret.keys)} for secret in planned.secrets
                },
            }
            for planned in graph.classes
        },
        "mounts": [
            {
                "workload": mount.pod.workload,
                "class": mount.class_name,
                "volume": mount.volume.name,
                "path": mount.path,
                "container": mount.container.name,
            }
            for mount in graph.mounts
        ],
        "made": sorted({secret.name for secret in graph.made}),
        "readers": [
            {
                "workload": reader.pod.workload,
                "container": reader.container,
                "secret": reader.use.secret,
                "key": reader.use.key,
            }
            for reader in graph.readers
        ],
        "duplicates": [{"workload": refusal.pod.workload, "what": refusal.what} for refusal in graph.refusals],
        "chains": [_chain(chain) for chain in chains(graph)],
    }


def _chain(chain: Chain) -> dict[str, Any]:
    return {
        "class": chain.planned.name,
        "secret": chain.secret.name,
        "objects": list(chain.objects),
        "keys": [key for key, _ in chain.secret.keys],
        "mounted_by": list(chain.mounted_by),
        "read_by": list(chain.read_by),
        "broken": chain.broken,
    }


def rows(graph: Graph) -> list[tuple[str, ...]]:
    """One row per planned Secret, under `ROW_HEADERS`: counts where the names would not fit a terminal."""
    return [
        (
            chain.secret.name,
            chain.planned.name,
            str(len(chain.objects)),
            _some(chain.mounted_by),
            str(len(chain.read_by)),
            "BROKEN" if chain.broken else "ok",
        )
        for chain in chains(graph)
    ]


def broken_links(graph: Graph) -> list[str]:
    """One sentence for each chain whose first broken link is known."""
    return [f"{chain.secret.name}: {chain.broken}" for chain in chains(graph) if chain.broken]


def _some(workloads: Sequence[str]) -> str:
    first = workloads[0].partition("/")[2] if workloads else "nobody"
    return f"{first} +{len(workloads) - 1}" if len(workloads) > 1 else first


def mermaid(graph: Graph) -> str:
    """A flowchart for documents: vault object, class, pod, Secret, reader. Names are quoted, so no text is markup."""
    lines = ["flowchart LR"]
    ids: dict[tuple[str, str], str] = {}

    def node(kind: str, name: str, shape: tuple[str, str]) -> str:
        if (kind, name) not in ids:
            ids[kind, name] = f"{kind}{len(ids)}"
            lines.append(f'  {ids[kind, name]}{shape[0]}"{_quoted(name)}"{shape[1]}')
        return ids[kind, name]

    edges: dict[str, None] = {}
    for chain in chains(graph):
        planned = node("class", chain.planned.name, ("[[", "]]"))
        secret = node("secret", chain.secret.name, ("[", "]"))
        for name in chain.objects:
            edges[f"  {node('object', name, ('[(', ')]'))} --> {planned}"] = None
        for workload in chain.mounted_by:
            pod = node("pod", workload, ("(", ")"))
            edges[f"  {planned} --> {pod}"] = None
            edges[f"  {pod} --> {secret}"] = None
        if chain.broken:
            edges[f'  {planned} -. "{_quoted(chain.broken)}" .-x {secret}'] = None
        for workload in chain.read_by:
            edges[f"  {secret} --> {node('reader', workload, ('(', ')'))}"] = None
    return "\n".join([*lines, *edges]) + "\n"


def _quoted(text: str) -> str:
    return re.sub(r"[^\w ./:,'()-]", lambda match: f"#{ord(match[0])};", text)
