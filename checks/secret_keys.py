"""secret-keys: every key that a pod reads comes from somewhere."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from preflight import Finding, Missing, check, facts, fail, passed, skip, unknown, warn
from preflight.sync.existing import by_name, is_dropped, namespace_of
from preflight.sync.graph import Graph, Reader
from preflight.sync.planned import first, graph_or_end, reshaped, rests_on
from preflight.sync.values import location


@check("secret-keys", group="sync")
def secret_keys(
    values: facts.Values,
    header: facts.Header | None = None,
    manifest: facts.Manifest | None = None,
    release: facts.Release | Missing | None = None,
    secrets: tuple[facts.Secret, ...] | Missing | None = None,
) -> Iterator[Finding]:
    """Every key a pod reads is produced.

    A container whose environment or volume refers to a Secret, or a key of it, that is not there never starts:
    CreateContainerConfigError, or ContainerCreating for a volume. A key comes from a mounted class, from what the
    chart renders, from cert-manager or an operator, or from a Secret that is in the namespace already and stays.

    Fix: add the missing key to the Secret's `secretKeys`, or set the value with which the chart makes it. Names of
    keys count to the letter.
    """
    graph = graph_or_end(values, manifest=manifest, release=release, header=header)
    if isinstance(graph, Finding):
        yield graph
        return
    produced = _produced(graph)
    open_uses: dict[tuple[str, str | None], list[Reader]] = defaultdict(list)
    for reader in graph.readers:
        use = reader.use
        keys = produced.get(use.secret)
        if not use.optional and (keys is None or (use.key is not None and keys and use.key not in keys)):
            open_uses[use.secret, use.key].append(reader)
    there = None
    if isinstance(secrets, tuple):
        listed = by_name(secrets, namespace_of(header, release))
        there = {name: secret for name, secret in listed.items() if not is_dropped(secret, release, graph)}
    found: list[Finding] = []
    for (secret, key), readers in open_uses.items():
        found += _judged(graph, secret, key, readers, there, produced, needs_cluster=_skips(secrets, header))
    found += reshaped(graph, "which Secrets are read")
    yield from found
    if not any(finding.status in ("fail", "unknown") for finding in found):
        count = len({(reader.use.secret, reader.use.key) for reader in graph.readers}) - len(found)
        yield passed(f"{count} keys that pods read are produced, {rests_on(graph)}")


def _skips(secrets: tuple[facts.Secret, ...] | Missing | None, header: facts.Header | None) -> bool:
    return bool(header and header.offline) or (isinstance(secrets, Missing) and secrets.is_skip)


def _produced(graph: Graph) -> dict[str, frozenset[str]]:
    """Secret to the keys it will have; no keys stand for all of them. A class counts when a container may mount it."""
    mounted = {mount.class_name for mount in graph.mounts}
    mounted |= {item.class_name or "" for pod in graph.pods if pod.workload in graph.reshaped for item in pod.volumes}
    found: dict[str, frozenset[str]] = {}
    for planned_class in graph.classes:
        if planned_class.name in mounted:
            for secret in planned_class.secrets:
                found[secret.name] = found.get(secret.name, frozenset()) | {key for key, _ in secret.keys}
    for made in graph.made:
        found[made.name] = found.get(made.name, frozenset()) | set(made.keys)
    return found | {later.name: frozenset() for later in graph.later if later.certain}


def _judged(
    graph: Graph,
    secret: str,
    key: str | None,
    readers: list[Reader],
    there: Mapping[str, facts.Secret] | None,
    produced: Mapping[str, frozenset[str]],
    *,
    needs_cluster: bool,
) -> Iterator[Finding]:
    pods = list(dict.fromkeys(reader.pod.workload for reader in readers))
    what = f"key {key} of {secret}" if key else secret
    where = f"secret/{secret}"
    reads = f"{first(pods)} {'reads' if len(pods) == 1 else 'read'} {what}"
    existing = there.get(secret) if there is not None else None
    if secret in produced:
        having = ", ".join(sorted(produced[secret]))
    elif existing is not None:
        if key is None or (existing.keys is not None and key in existing.keys):
            return
        if existing.keys is None:
            yield unknown(f"{reads}; it is in the namespace, but its key names could not be read", where)
            return
        having = ", ".join(existing.keys)
    elif any(later.name == secret for later in graph.later):
        yield warn(
            f"{reads}, which this deployment leaves to a cert-manager of the cluster's own ({rests_on(graph)})",
            where,
            "make sure that the cluster has one, or set global.keyvault.frontendCrt",
        )
        return
    elif there is None:
        say = skip if needs_cluster else unknown
        yield say(f"{reads}: nothing here makes it ({rests_on(graph)}); whether it is there needs the cluster", where)
        return
    else:
        having = ""
    entry = next((item for one in graph.classes for item in one.secrets if item.name == secret), None)
    yield fail(
        f"{reads}, which {f'has only {having}' if having else 'nobody makes'} ({rests_on(graph)})",
        where,
        f"add {key} to its secretKeys" if entry and key else f"sync {secret}, or let the chart make it",
        evidence={"readers": list(pods)},
        location=location(entry.setting) if entry else None,
    )
