"""What switching to a synced password means for the services that have one: where each keeps it, and since when.

Sources: SQL Server stores logins in its master database, and `MSSQL_SA_PASSWORD` counts when that is made; Neo4j's
initial password is set before its first start (operations manual, "Set an initial password"); Elasticsearch's bootstrap
password counts until one was set for `elastic` (reference, "elasticsearch-setup-passwords"); Redis has `requirepass`
of its configuration alone; RabbitMQ has users in its database (guide to passwords). Claims and readers: charts.md 2, 7.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from preflight.facts import Missing, PersistentVolumeClaim, Release, Secret
from preflight.sync.existing import by_name, owner_of
from preflight.sync.graph import SyncedSecret

RABBITMQ = "cluedin-rabbitmq"
KEPT = frozenset(
    [
        ("cluedin-sqlserver-secret", "sapassword"),
        ("cluedin-neo4j-auth", "NEO4J_AUTH"),
        ("cluedin-neo4j-secrets", "neo4j-password"),
        ("cluedin-neo4j-secrets", "neo4j-password-encoded"),
        (RABBITMQ, "rabbitmq-password"),
    ]
)
"""(Secret, key) of what a service keeps from its first start on: another one in the vault locks everybody out."""


class _Service(NamedTuple):
    """A service: its Secret and key, what its claims' names hold, what a switch means ({volume} named), the cure."""

    secret: str
    key: str
    part: str
    means: str
    cure: str


_SERVICES = (
    _Service(
        "cluedin-sqlserver-secret",
        "sapassword",
        "sqlserver",
        "SQL Server keeps the login sa in its master database, on volume {volume}, from its first start on: the "
        "running service keeps its old password, whatever comes into the Secret; not compared",
        "put the password that SQL Server has now into the vault, or change it there first (ALTER LOGIN sa)",
    ),
    _Service(
        "cluedin-sqlserver-clientuser-secret",
        "password",
        "sqlserver",
        "SQL Server keeps its logins in its master database, on volume {volume}: the running service keeps the old "
        "password of this one, unless the init Job sets it anew; not compared",
        "put the password that the login has now into the vault, or change it there first (ALTER LOGIN)",
    ),
    _Service(
        "cluedin-neo4j-secrets",
        "neo4j-password",
        "neo4j",
        "Neo4j keeps its user in the system database, on volume {volume}, from its first start on: the running service "
        "keeps its old password, whatever comes into the Secret; not compared",
        "put the password that Neo4j was first started with into the vault (charts write a new random one into the "
        "Secret at each upgrade, so the present one may be another), or change it there first (ALTER CURRENT USER)",
    ),
    _Service(
        "elasticsearch-credentials",
        "password",
        "elasticsearch",
        "Elasticsearch takes this password at each start until one was set in it; from then on its security index, on "
        "volume {volume}, has it, and the running service keeps its old password; not compared",
        "put the present password into the vault; with another one restart it and all its clients together, and where "
        "they are refused, set it with elasticsearch-reset-password",
    ),
    _Service(
        "cluedin-redis",
        "redis-password",
        "redis",
        "Redis keeps no password on volume {volume}: it takes the Secret's at its next start, and clients that still "
        "have the old password are refused until they restart too; not compared",
        "put the present password into the vault, or restart Redis and all its clients together",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Switch:
    """What it means to take over one Secret; `object_name` is the vault object for its `key`, None where it is gone."""

    secret: str
    key: str
    volume: str
    message: str
    hint: str
    object_name: str | None


def switches(
    planned: Iterable[SyncedSecret],
    secrets: Iterable[Secret],
    release: Release | Missing | None,
    claims: Iterable[PersistentVolumeClaim],
    namespace: str,
) -> Iterator[Switch]:
    """Yield the services with a volume whose Secret is planned, and not the driver's yet."""
    there = by_name(secrets, namespace)
    wanted = {secret.name: dict(secret.keys) for secret in planned}
    names = sorted(one.metadata.name for one in claims if one.metadata.namespace in ("", namespace))
    for service in _SERVICES:
        volume = next((name for name in names if service.part in name), None)
        existing = there.get(service.secret)
        if service.secret in wanted and volume and (existing is None or owner_of(existing, release) != "driver"):
            yield Switch(
                secret=service.secret,
                key=service.key,
                volume=volume,
                message=service.means.format(volume=volume),
                hint=service.cure,
                object_name=wanted[service.secret].get(service.key) if existing else None,
            )
