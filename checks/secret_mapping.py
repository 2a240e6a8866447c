"""secret-mapping: the switches of the charts and the synced Secrets agree."""

from collections.abc import Iterator, Mapping

from preflight import Finding, Missing, check, facts, fail, passed, skip, warn
from preflight.sync.existing import by_name, is_dropped, namespace_of
from preflight.sync.graph import Graph, SyncedSecret
from preflight.sync.mapping import TABLE, Row, how_to_omit
from preflight.sync.planned import first, graph_or_end, rests_on
from preflight.sync.rabbitmq import SECRET as RABBITMQ
from preflight.sync.rabbitmq import migration
from preflight.sync.values import Index, location


@check("secret-mapping", group="values")
def secret_mapping(
    values: facts.Values,
    header: facts.Header | None = None,
    manifest: facts.Manifest | None = None,
    release: facts.Release | Missing | None = None,
    secrets: tuple[facts.Secret, ...] | None = None,
    secret_provider_class_pod_statuses: facts.SecretProviderClassPodStatuses | None = None,
    secret_provider_classes: facts.SecretProviderClasses | None = None,
) -> Iterator[Finding]:
    """Every synced Secret is used by its application.

    A path such as `infrastructure.redis.auth.existingSecret` is a switch: it stops the chart making its own Secret.
    The other readers keep the default name unless a path of their own is set. So a Secret that is synced while the
    chart still makes it has two owners, and one that is switched off or renamed alone leaves pods without it.

    Fix: keep the Secret names of the published sample and set the switch of each Secret that is synced. For RabbitMQ
    the switch is an empty `auth.password`. `neo4j.passwordFromSecret` names the Secret with the key NEO4J_AUTH.
    """
    graph = graph_or_end(values, manifest=manifest, release=release, header=header)
    if isinstance(graph, Finding):
        yield graph
        return
    there = by_name(secrets, namespace_of(header, release)) if secrets is not None else None
    if there is not None:
        there = {name: secret for name, secret in there.items() if not is_dropped(secret, release, graph)}
    synced = {secret.name: secret for item in graph.classes for secret in item.secrets}
    is_moving = (
        RABBITMQ in synced
        and secrets is not None
        and (
            migration(
                values,
                secrets,
                release,
                secret_provider_classes,
                secret_provider_class_pod_statuses,
                namespace_of(header, release),
            ).under_way
        )
    )
    found = [*_two_owners(graph, synced, deferred={RABBITMQ} if is_moving else set())]
    for row in TABLE:
        found += _row(row, Index(values), graph, synced, there)
    yield from found
    if not any(finding.status == "fail" for finding in found):
        yield passed(f"{len(synced)} synced Secrets have one owner and the name their readers use, {rests_on(graph)}")


def _two_owners(graph: Graph, synced: Mapping[str, SyncedSecret], deferred: set[str]) -> Iterator[Finding]:
    for made in graph.made:
        if made.name in synced and made.name in deferred:
            yield skip("its migration is under way: see rabbitmq-migration", f"secret/{made.name}")
        elif made.name in synced:
            yield fail(
                f"{made.name} is synced and the chart still makes it ({rests_on(graph)}): two owners of one Secret",
                f"secret/{made.name}",
                how_to_omit(graph, made.name),
                location=location(synced[made.name].setting),
            )


def _row(
    row: Row,
    index: Index,
    graph: Graph,
    synced: Mapping[str, SyncedSecret],
    there: Mapping[str, facts.Secret] | None,
) -> Iterator[Finding]:
    setting = index.dotted(row.switch)
    if setting is None or setting.empty or setting.text is None:
        return
    named = setting.text
    made = {secret.name for secret in graph.made}
    where = f"values/{row.switch}"
    if row.name in made:
        if named not in synced and row.turns_off:
            yield warn(
                f"{row.switch} is not read by this chart, which still makes {row.name} ({rests_on(graph)})",
                where,
                "remove it, or use a chart that reads it",
                location=location(setting),
            )
        return
    if row.needs and named in synced and row.needs not in dict(synced[named].keys):
        yield fail(
            f"{row.switch} names {named}, which has no key {row.needs}: the application reads that one",
            where,
            f"name the Secret with the key {row.needs} ({row.name} in the published sample)",
            location=location(setting),
        )
    produced = made | set(synced) | {secret.name for secret in graph.later} | set(there or ())
    left = [reader for reader in graph.readers if reader.use.secret == row.name and not reader.use.optional]
    judgeable = there is not None or named in synced
    if left and judgeable and row.name not in produced and named != row.name and not row.needs:
        yield _left_behind(row, setting, [reader.pod.workload for reader in left])
    if named in produced or (row.needs is None and row.switch.endswith("passwordFromSecret")):
        return
    if there is not None:
        yield fail(
            f"{row.switch} names {named}, which nobody makes: it is neither synced nor in the namespace",
            where,
            f"sync {named}, or make it before the deployment",
            location=location(setting),
        )
    else:
        yield skip(f"{row.switch} names {named}, which is not synced; whether it is there needs the cluster", where)


def _left_behind(row: Row, setting: facts.Setting, pods: list[str]) -> Finding:
    paths = first(row.readers, 4) or "the readers' own paths"
    return fail(
        f"{row.name} is switched off and {setting.text} made instead, but {first(pods)} still read {row.name}",
        f"values/{row.switch}",
        f"keep the name {row.name}, or set {paths} too",
        evidence={"readers": list(dict.fromkeys(pods))},
        location=location(setting),
    )
