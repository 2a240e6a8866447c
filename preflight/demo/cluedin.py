"""The CluedIn part of the samples: what chart 2.6.0 runs, the Secrets it makes, and what else people keep beside it.

Requests are the chart's defaults with the sizes its package suggests; Neo4j and Elasticsearch were given more, as
installations with data have them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from preflight.demo.aks import NODES, POOL_KEY, ending, replica_name, replica_set_name
from preflight.facts import Container, DaemonSet, Pod, PodDisruptionBudget, PriorityClass, Secret
from preflight.testing import (
    claim_volume,
    class_volume,
    container,
    daemon_set,
    pod,
    pod_disruption_budget,
    priority_class,
    secret,
)

RELEASE = "cluedin"
NAMESPACE = "cluedin"
CHART_VERSION = "2.6.0"
EXPORTER = "cluedin-prometheus-node-exporter"

CRITICAL, HIGH, MEDIUM, LOW = (f"{level}-priority-apps" for level in ("critical", "high", "medium", "low"))


@dataclass(frozen=True, kw_only=True)
class Application:
    """A pod of the release: its name is that of its Deployment or StatefulSet; `pool` is a pool's taint."""

    name: str
    node: str | None
    cpu: str | None = None
    memory: str | None = None
    memory_limit: str | None = None
    stateful: bool = False
    pool: str | None = None
    priority_class: str | None = None
    claims: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    waiting: str | None = None
    created: str = "2026-01-12T20:15:00Z"
    number: int = 0


APPLICATIONS = (
    Application(name="cluedin-server", node="general-1", cpu="500m", memory="2Gi", priority_class=HIGH),
    Application(name="cluedin-gql", node="general-1", cpu="500m", memory="2Gi", priority_class=HIGH),
    Application(name="cluedin-ui", node="general-1", cpu="500m", memory="2Gi", priority_class=HIGH),
    Application(name="cluedin-datasource-submitter", node="general-1", cpu="1", memory="1Gi", priority_class=MEDIUM),
    Application(
        name="cluedin-datasource-processing", node="general-0", cpu="125m", memory="64Mi", priority_class=MEDIUM
    ),
    Application(name="cluedin-controller", node="general-0", cpu="500m", memory="512Mi", priority_class=LOW),
    Application(
        name="cluedin-openrefine",
        node="general-0",
        memory="2G",
        priority_class=LOW,
        claims=("cluedin-openrefine-data",),
    ),
    # Restarted by hand the evening before: the youngest pod without a priority class is the first to be pushed out.
    Application(
        name="cluedin-server-crawling", node="general-0", cpu="500m", memory="2Gi", created="2026-01-14T18:40:00Z"
    ),
    Application(name="cluedin-datasource", node="general-0", cpu="500m", memory="1Gi", claims=("cluedin-data-source",)),
    Application(name="cluedin-cert-manager", node="general-0"),
    Application(name="cluedin-cert-manager-cainjector", node="general-0"),
    Application(name="cluedin-cert-manager-webhook", node="general-0"),
    Application(name="cluedin-haproxy-ingress", node="general-0"),
    Application(
        name="cluedin-grafana",
        node="general-0",
        containers=("grafana-sc-dashboard", "grafana-sc-datasources", "grafana"),
    ),
    Application(name="cluedin-kube-state-metrics", node="general-0"),
    Application(name="cluedin-operator", node="general-0"),
    Application(name="alertmanager-cluedin-alertmanager", node="general-0", stateful=True),
    Application(name="prometheus-cluedin-prometheus", node="general-0", memory="500Mi", stateful=True),
    Application(name="cluedin-server-processing", node="processing-0", cpu="1", memory="2Gi", pool="processing"),
    Application(
        name="cluedin-sqlserver",
        node="data-0",
        cpu="1",
        memory="2Gi",
        pool="data",
        priority_class=CRITICAL,
        claims=("cluedin-sqlserver-data", "cluedin-sqlserver-translog"),
    ),
    Application(
        name="cluedin-elasticsearch",
        node="data-0",
        cpu="2",
        memory="8Gi",
        memory_limit="8Gi",
        stateful=True,
        pool="data",
        priority_class=CRITICAL,
        claims=("elasticsearch-data-cluedin-elasticsearch-0",),
    ),
    Application(
        name="cluedin-rabbitmq",
        node="data-1",
        cpu="2",
        memory="6Gi",
        stateful=True,
        pool="data",
        priority_class=CRITICAL,
        claims=("data-cluedin-rabbitmq-0",),
    ),
    Application(
        name="cluedin-redis-master",
        node="data-1",
        cpu="1100m",
        memory="2176Mi",
        stateful=True,
        pool="data",
        claims=("redis-data-cluedin-redis-master-0",),
        containers=("redis", "metrics"),
    ),
    Application(
        name="cluedin-neo4j",
        node="dataneo-0",
        cpu="7",
        memory="26Gi",
        memory_limit="28Gi",
        stateful=True,
        pool="data-neo",
        priority_class=CRITICAL,
        claims=("data-cluedin-neo4j-0",),
    ),
)
"""The 24 long-lived pods of the release."""

INTEGRATIONS = (
    Application(name="erp-connector", node="general-1", cpu="150m", memory="256Mi"),
    Application(name="crm-connector", node="general-0", cpu="100m", memory="256Mi"),
    Application(name="file-watcher", node="general-0", cpu="50m", memory="128Mi"),
    Application(name="mail-relay", node="general-0", cpu="50m", memory="128Mi"),
    Application(name="nightly-export", node="general-0", cpu="100m", memory="256Mi"),
    Application(name="sftp-drop", node="general-0", cpu="50m", memory="128Mi"),
)
"""What the owners of the cluster run beside CluedIn: it is these that fill general-0."""

_JOBS = ("init-cluedin-job", "init-neo4j-job", "init-sqlserver-job")
_HELD_BY_CHART: Mapping[str, tuple[str, ...]] = {
    "cluedin-admin-secret": ("password", "username"),
    "cluedin-email": ("EmailEnableSsl", "EmailHost", "EmailHostPort", "EmailPassword", "EmailUserName"),
    "cluedin-gql": ("CLUEDIN_HUBSPOT_AUTH_TOKEN",),
    "cluedin-grafana": ("admin-password", "admin-user", "ldap-toml"),
    "cluedin-neo4j-auth": ("NEO4J_AUTH",),
    "cluedin-neo4j-secrets": ("neo4j-password", "neo4j-password-encoded"),
    "cluedin-new-organization-access-key": ("key",),
    "cluedin-rabbitmq": ("rabbitmq-erlang-cookie", "rabbitmq-password"),
    "cluedin-rabbitmq-config": ("rabbitmq.conf",),
    "cluedin-redis": ("redis-password",),
    "cluedin-server-nuget-secret": ("nuget.config",),
    "cluedin-server-tls-password": ("password-key",),
    "cluedin-sqlserver-clientuser-secret": ("password",),
    "cluedin-sqlserver-secret": ("sapassword",),
    "elasticsearch-credentials": ("password", "username"),
}
CHART_SECRETS = tuple(_HELD_BY_CHART)
"""The Secrets that the chart makes for an organisation called `cluedin`."""


def application(name: str) -> Application:
    """Return one of the long-lived pods by name."""
    return next(item for item in APPLICATIONS if item.name == name)


def applications(*changed: Application) -> tuple[Application, ...]:
    """Return the long-lived pods, those given in the place of the ones of their name."""
    by_name = {item.name: item for item in changed}
    return tuple(by_name.get(item.name, item) for item in APPLICATIONS)


def pods(running: Iterable[Application] = APPLICATIONS) -> tuple[Pod, ...]:
    """Return the pods of the release, those beside it, the finished Jobs, and an exporter on each node."""
    exporters = tuple(
        pod(
            f"{EXPORTER}-{ending(name, 5)}",
            node=name,
            owner=f"DaemonSet/{EXPORTER}",
            labels=_labels("prometheus-node-exporter"),
            containers=(container("node-exporter"),),
            tolerations=(":NoSchedule",),
            host_network=True,
        )
        for name in NODES
    )
    return (*(pod_of(item) for item in (*running, *INTEGRATIONS)), *finished_pods(), *exporters)


def finished_pods() -> tuple[Pod, ...]:
    """Return the pods that the chart's Jobs left behind."""
    return tuple(
        pod(
            f"{job}-{ending(job, 5)}",
            node="general-0",
            owner=f"Job/{job}",
            labels=_labels(job),
            phase="Succeeded",
            created="2026-01-12T20:15:00Z",
        )
        for job in _JOBS
    )


def namespace_of(item: Application) -> str:
    """Return where a pod runs."""
    return "integration" if item in INTEGRATIONS else NAMESPACE


def pod_of(item: Application) -> Pod:
    """Return the pod."""
    owner = f"StatefulSet/{item.name}" if item.stateful else f"ReplicaSet/{replica_set_name(item.name)}"
    return pod(
        f"{item.name}-0" if item.stateful else replica_name(item.name, item.number),
        node=item.node,
        namespace=namespace_of(item),
        owner=owner,
        labels={"app": item.name} if item in INTEGRATIONS else _labels(item.name),
        containers=_containers(item),
        priority_class=item.priority_class,
        node_selector={POOL_KEY: item.pool} if item.pool else None,
        tolerations=(f"{POOL_KEY}={item.pool}:NoSchedule",) if item.pool else (),
        volumes=(*(claim_volume(name) for name in item.claims), *(class_volume(name) for name in item.classes)),
        waiting=item.waiting,
        phase="Pending" if item.waiting else None,
        conditions=_conditions(item),
        created=item.created,
    )


def daemon_sets() -> tuple[DaemonSet, ...]:
    """Return the exporter's two DaemonSets; the Windows one has no node."""
    exporter = container("node-exporter")
    return (
        daemon_set(
            EXPORTER,
            namespace=NAMESPACE,
            labels=_labels("prometheus-node-exporter"),
            containers=(exporter,),
            tolerations=(":NoSchedule",),
            node_selector={"kubernetes.io/os": "linux"},
            priority_class=None,
            host_network=True,
            desired=len(NODES),
        ),
        daemon_set(
            "cluedin-prometheus-windows-exporter",
            namespace=NAMESPACE,
            labels=_labels("prometheus-windows-exporter"),
            containers=(container("windows-exporter"),),
            tolerations=(":NoSchedule",),
            node_selector={"kubernetes.io/os": "windows"},
            priority_class=None,
            host_network=True,
        ),
    )


def priority_classes() -> tuple[PriorityClass, ...]:
    """Return the chart's priority classes and Kubernetes' own."""
    return tuple(
        priority_class(name)
        for name in (CRITICAL, HIGH, MEDIUM, LOW, "system-node-critical", "system-cluster-critical")
    )


def disruption_budgets() -> tuple[PodDisruptionBudget, ...]:
    """Return the one budget of the chart."""
    return (pod_disruption_budget("cluedin-elasticsearch-pdb", match={"app": "cluedin-elasticsearch"}, allowed=1),)


def secrets(*, without: Iterable[str] = (), revisions: int = 3) -> tuple[Secret, ...]:
    """Return the Secrets of the namespace: made by the chart, by Helm itself, by cert-manager and by the installer."""
    left_out = set(without)
    made = tuple(
        secret(name, keys=keys, release=RELEASE, managers=("helm",))
        for name, keys in _HELD_BY_CHART.items()
        if name not in left_out
    )
    records = tuple(
        secret(
            f"sh.helm.release.v1.{RELEASE}.v{revision}",
            keys=("release",),
            type="helm.sh/release.v1",
            labels={
                "name": RELEASE,
                "owner": "helm",
                "status": "deployed" if revision == revisions else "superseded",
                "version": str(revision),
            },
            managers=("helm",),
        )
        for revision in range(1, revisions + 1)
    )
    certificates = tuple(
        secret(
            name,
            keys=("ca.crt", "tls.crt", "tls.key"),
            type="kubernetes.io/tls",
            labels={"controller.cert-manager.io/fao": "true"},
            managers=("cert-manager-certificates-issuing",),
        )
        for name in ("cluedin-server-tls", "cluedin-root-secret")
        if name not in left_out
    )
    by_installer = ("kubectl-create",)
    installer = tuple(
        secret(name, keys=(".dockerconfigjson",), type="kubernetes.io/dockerconfigjson", managers=by_installer)
        for name in ("acr-registry-key", "docker-registry-key")
    )
    load_definition = secret("cluedin-rabbitmq-load-definition", keys=("load_definition.json",), managers=by_installer)
    return (*made, *records, *certificates, *installer, load_definition)


def _conditions(item: Application) -> Mapping[str, str]:
    if item.node is None:
        return {"PodScheduled": "False"}
    return {"PodScheduled": "True", "Ready": "False" if item.waiting else "True"}


def _containers(item: Application) -> tuple[Container, ...]:
    limits = {"memory": item.memory_limit} if item.memory_limit else {}
    first, *others = item.containers or (item.name,)
    return (
        container(first, cpu=item.cpu, memory=item.memory, limits=limits),
        *(container(name) for name in others),
    )


def _labels(name: str) -> Mapping[str, str]:
    return {
        "app": name,
        "app.kubernetes.io/instance": RELEASE,
        "app.kubernetes.io/managed-by": "Helm",
        "app.kubernetes.io/name": name.removeprefix("cluedin-"),
    }
