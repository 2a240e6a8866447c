"""The article's table of applications, Secrets and switches as data, corrected by what the charts do (charts.md 6)."""

from dataclasses import dataclass

from preflight.sync.graph import Graph
from preflight.sync.naming import expected_names

_APP = "application."
_INFRA = "infrastructure."


@dataclass(frozen=True, kw_only=True)
class Row:
    """One Secret of one application.

    `switch` is the path that stops the chart making it; `readers` are the paths that move the references of those who
    read it under its default name; `needs` is a key that a Secret named by the switch must have. `turns_off` is false
    where the path only moves the reference and the chart makes its own all the same.
    """

    application: str
    name: str
    switch: str
    readers: tuple[str, ...] = ()
    needs: str | None = None
    turns_off: bool = True


TABLE = (
    Row(
        application="cluedin-server",
        name="cluedin-admin-secret",
        switch=f"{_APP}bootstrap.organization.existingSecret",
    ),
    Row(application="cluedin-server", name="cluedin-email", switch=f"{_APP}email.secretRef"),
    Row(
        application="cluedin-sqlserver",
        name="cluedin-sqlserver-secret",
        switch=f"{_INFRA}mssql.existingSecret",
        readers=(
            f"{_APP}sqlserver.users.sa.passwordSecretName",
            f"{_APP}cluedincontroller.hosts.sqlserver.users.sa.passwordSecretName",
        ),
    ),
    Row(
        application="cluedin-sqlserver",
        name="cluedin-sqlserver-clientuser-secret",
        switch=f"{_APP}sqlserver.users.clientUser.existingSecret",
        readers=(f"{_APP}sqlserver.users.clientUser.passwordSecretName",),
    ),
    Row(
        application="cluedin-elasticsearch",
        name="elasticsearch-credentials",
        switch=f"{_INFRA}elasticsearch.auth.existingSecret",
        readers=(
            f"{_APP}elasticsearch.users.elastic.passwordSecretName",
            f"{_INFRA}elasticsearch.extraEnvs",
            f"{_INFRA}monitoring.grafana.envValueFrom.ELASTIC_PASSWORD.secretKeyRef.name",
        ),
    ),
    Row(
        application="cluedin-redis",
        name="cluedin-redis",
        switch=f"{_INFRA}redis.auth.existingSecret",
        readers=(f"{_APP}redis.users.redis.passwordSecretName",),
    ),
    Row(
        application="cluedin-neo4j",
        name="cluedin-neo4j-auth",
        switch=f"{_INFRA}neo4j.neo4j.passwordFromSecret",
        needs="NEO4J_AUTH",
    ),
    Row(
        application="cluedin-neo4j",
        name="cluedin-neo4j-secrets",
        switch=f"{_INFRA}neo4j.neo4j.passwordFromSecret",
        readers=(f"{_APP}neo4j.users.neo4j.passwordSecretName",),
    ),
    Row(
        application="cluedin-grafana",
        name="cluedin-grafana",
        switch=f"{_INFRA}monitoring.grafana.admin.existingSecret",
    ),
    Row(
        application="cluedin-rabbitmq",
        name="cluedin-rabbitmq",
        switch=f"{_INFRA}rabbitmq.auth.password",
        readers=(f"{_APP}rabbitmq.users.cluedin.passwordSecretName",),
    ),
    Row(
        application="cluedin-rabbitmq",
        name="cluedin-rabbitmq-load-definition",
        switch=f"{_INFRA}rabbitmq.loadDefinition.existingSecret",
        turns_off=False,
    ),
)

MOUNTING = {
    "cluedin-sqlserver": (f"{_INFRA}mssql.extraVolumes", "extraVolumeMounts"),
    "cluedin-elasticsearch": (f"{_INFRA}elasticsearch.extraVolumes", "extraVolumeMounts"),
    "cluedin-redis": (f"{_INFRA}redis.master.extraVolumes", "extraVolumeMounts"),
    "cluedin-neo4j": (f"{_INFRA}neo4j.additionalVolumes", "additionalVolumeMounts"),
    "cluedin-grafana": (f"{_INFRA}monitoring.grafana.extraContainerVolumes", "sidecar.dashboards.extraMounts"),
    "cluedin-rabbitmq": (f"{_INFRA}rabbitmq.extraVolumes", "extraVolumeMounts"),
}
"""Class key to the lists that mount it: where the volume goes, and beside it where the mount goes."""


_PUBLISHED = {"cluedin-sqlserver-secret": {"sapassword": "cluedin-mssql-sa-password"}}
"""Vault objects that the published sample names otherwise than the convention would: many vaults hold these."""


def through(graph: Graph, key: str) -> str:
    """How to sync the first Secret of an application that the chart makes itself, as YAML to paste, for a hint."""
    made = {item.name: item for item in graph.made}
    row = next((row for row in TABLE if row.application == key and row.name in made and row.turns_off), None)
    if row is None or not made[row.name].keys:
        return ""
    names = expected_names(row.name, dict.fromkeys(made[row.name].keys, ""), "cluedin") | _PUBLISHED.get(row.name, {})
    keys = ", ".join(f"{name}: {object_}" for name, object_ in names.items())
    return (
        f": write {key}: [{{secretName: {row.name}, secretKeys: {{{keys}}}}}] below secretProviderClasses, "
        f"set {row.switch}: {row.name}, and let the vault hold {', '.join(names.values())}"
    )


def how_to_omit(graph: Graph, secret: str) -> str:
    """How to stop the chart making a Secret of this name, for a hint."""
    made = next((item for item in graph.made if item.name == secret), None)
    if secret == "cluedin-rabbitmq":  # noqa: S105 - a Secret's name
        return f"leave {_INFRA}rabbitmq.auth.password empty"
    row = next((item for item in TABLE if item.name == secret), None)
    switch = (made.switch if made else None) or (row.switch if row else None)
    if made and made.switch and made.switch.startswith("platform."):
        return f"remove {made.switch}"
    if switch is None or (graph.basis == "chart facts" and made and not made.switch):
        return "rename the synced Secret: this chart has no switch for its own"
    return f"set {switch}: {secret}"
