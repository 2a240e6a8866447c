"""Stage verify asks whether the secrets arrive.

The upgrade is through, and three pods do not start, each for a reason of its own: cluedin-server waits for its volume,
because its class asks the vault for an object that is not there; cluedin-grafana waits for a key that its class spells
differently; and a second cluedin-server-processing waits for a node.
"""

from collections.abc import Mapping
from dataclasses import replace

from preflight.demo import aks, azure, cluedin
from preflight.demo.aks import replica_name, replica_set_name
from preflight.demo.cluedin import Application
from preflight.demo.installation import installation
from preflight.demo.target import made
from preflight.facts import (
    Event,
    Pod,
    Secret,
    SecretProviderClass,
    SecretProviderClasses,
    SecretProviderClassPodStatus,
    SecretProviderClassPodStatuses,
    Snapshot,
    VaultObject,
)
from preflight.testing import (
    TENANT,
    class_pod_status,
    cluster,
    event,
    release,
    role_assignment,
    role_assignments,
    secret,
    secret_provider_class,
    values,
    vault_objects,
)

Synced = Mapping[str, Mapping[str, str]]
"""Secret name to {key: vault object}."""

_EMAIL = {
    "EmailEnableSsl": "cluedin-email-ssl",
    "EmailHost": "cluedin-email-host",
    "EmailHostPort": "cluedin-email-hostport",
    "EmailUserName": "cluedin-email-username",
    "EmailPassword": "cluedin-email-password",
}
_CLASSES: Mapping[str, Synced] = {
    "cluedin-server": {
        "cluedin-admin-secret": {
            "username": "cluedin-organization-username",
            "password": "cluedin-organization-password",
        },
        "cluedin-email": _EMAIL,
    },
    "cluedin-sqlserver": {
        "cluedin-sqlserver-secret": {"sapassword": "cluedin-mssql-sa-password"},
        "cluedin-sqlserver-clientuser-secret": {"password": "cluedin-mssql-clientuser-password"},
    },
    "cluedin-elasticsearch": {
        "elasticsearch-credentials": {
            "username": "cluedin-elasticsearch-username",
            "password": "cluedin-elasticsearch-password",
        }
    },
    "cluedin-redis": {"cluedin-redis": {"redis-password": "cluedin-redis-password"}},
    "cluedin-grafana": {
        "cluedin-grafana": {"admin-user": "cluedin-grafana-username", "admin-passwd": "cluedin-grafana-password"}
    },
}
_PODS: Mapping[str, str] = {
    "cluedin-server": "cluedin-server",
    "cluedin-sqlserver": "cluedin-sqlserver",
    "cluedin-elasticsearch": "cluedin-elasticsearch",
    "cluedin-redis": "cluedin-redis-master",
    "cluedin-grafana": "cluedin-grafana",
}
"""Class key to the workload that mounts it: these charts mount their classes by themselves."""

_NOT_MOUNTED = "cluedin-server"
_LACKING = "cluedin-email-hostport"
_VERSION = "0123456789abcdef0123456789abcdef"


def snapshot() -> Snapshot:
    """Return the sample."""
    max_pods = 50
    there = installation(max_pods=max_pods, addon=True, running=_running())
    return made(
        "verify",
        "a SecretProviderClass of provider azure is deployed",
        {
            **there,
            **azure.surroundings(),
            "events": _events(there["pods"]),
            "secrets": (*cluedin.secrets(without=_synced(), revisions=4), *_written()),
            "secret_provider_classes": SecretProviderClasses(served=True, items=_classes()),
            "secret_provider_class_pod_statuses": SecretProviderClassPodStatuses(served=True, items=_statuses()),
            "cluster": cluster(pools=aks.agent_pools(max_pods), addon=True),
            "identities": (azure.addon_as_managed_identity(),),
            "role_assignments": role_assignments(
                [role_assignment("Key Vault Secrets User", azure.ADDON.object_id or "")],
                assigned_to=azure.ADDON.object_id,
            ),
            "group_memberships": azure.no_groups(azure.ADDON.object_id),
            "scale_sets": azure.scale_sets(),
            "vault_secrets": vault_objects(name for name in azure.VAULT_SECRETS if name != _LACKING),
            "vault_secret_versions": _versions(),
            "values": values(deployed_values()),
            "release": release(
                secrets=tuple(name for name in cluedin.CHART_SECRETS if name not in _synced()), revision=4
            ),
        },
        values_files=(),
    )


def _running() -> tuple[Application, ...]:
    """The long-lived pods, each mounting its class; two of them, and a third that has no node, do not start."""
    changes: dict[str, Application] = {
        workload: replace(cluedin.application(workload), classes=(f"{key}-sync",)) for key, workload in _PODS.items()
    }
    waits = {"cluedin-server": "ContainerCreating", "cluedin-grafana": "CreateContainerConfigError"}
    changes |= {name: replace(changes[name], waiting=reason) for name, reason in waits.items()}
    processing = replace(cluedin.application("cluedin-server-processing"), cpu="2")
    neo4j = replace(cluedin.application("cluedin-neo4j"), cpu="6500m")
    return (*cluedin.applications(*changes.values(), processing, neo4j), replace(processing, number=1, node=None))


_MOUNT = (
    'MountVolume.SetUp failed for volume "azure-keyvault-secrets" : rpc error: code = Unknown desc = failed to mount '
    "secrets store objects for pod cluedin/{pod}, err: rpc error: code = Unknown desc = failed to mount objects, "
    "error: failed to get objectType:secret, objectName:{object}, objectVersion:: GET "
    "https://kv-cluedin-sample.vault.azure.net/secrets/{object}/ RESPONSE 404: 404 Not Found ERROR CODE: "
    'SecretNotFound {{"error": {{"code": "SecretNotFound", "message": "A secret with (name/id) {object} was not found '
    'in this key vault."}}}}'
)
_NO_NODE = (
    "0/7 nodes are available: 1 Insufficient cpu, 6 node(s) didn't match Pod's node affinity/selector. preemption: 0/7 "
    "nodes are available: 1 No preemption victims found for incoming pod, 6 Preemption is not helpful for scheduling."
)


def _events(pods: tuple[Pod, ...]) -> tuple[Event, ...]:
    """What kubelet and scheduler say of the three pods that do not start, in their own words."""
    server, grafana, processing = (
        next(pod for pod in pods if pod.status.phase == "Pending" and pod.metadata.name.startswith(name))
        for name in ("cluedin-server-", "cluedin-grafana-", "cluedin-server-processing-")
    )
    return (
        event(server, "FailedMount", _MOUNT.format(pod=server.metadata.name, object=_LACKING), count=23),
        event(grafana, "Failed", "Error: couldn't find key admin-password in Secret cluedin/cluedin-grafana", count=61),
        event(processing, "FailedScheduling", _NO_NODE, count=9),
    )


def _synced() -> tuple[str, ...]:
    return tuple(name for secrets in _CLASSES.values() for name in secrets)


def _written() -> tuple[Secret, ...]:
    """The Secrets that the driver has made: those of every class but the one that is not mounted."""
    return tuple(
        secret(
            name,
            keys=tuple(keys),
            labels={"secrets-store.csi.k8s.io/managed": "true"},
            owners=(_owner(_PODS[key]),),
            managers=("secrets-store-csi-driver",),
        )
        for key, secrets in _CLASSES.items()
        if key != _NOT_MOUNTED
        for name, keys in secrets.items()
    )


def _classes() -> tuple[SecretProviderClass, ...]:
    return tuple(
        secret_provider_class(f"{key}-sync", secrets, tenant=TENANT, client_id=azure.ADDON.client_id or "")
        for key, secrets in _CLASSES.items()
    )


def _statuses() -> tuple[SecretProviderClassPodStatus, ...]:
    return tuple(
        class_pod_status(
            f"{key}-sync",
            _pod_name(_PODS[key]),
            {name: _VERSION for keys in secrets.values() for name in keys.values()},
        )
        for key, secrets in _CLASSES.items()
        if key != _NOT_MOUNTED
    )


def _versions() -> tuple[VaultObject, ...]:
    """The versions of what is mounted: one each, the one that the pods have."""
    mounted = sorted({one.id.removeprefix("secret/") for record in _statuses() for one in record.status.objects})
    return tuple(
        VaultObject(name=name, version=_VERSION, enabled=True, created="2026-01-06T09:00:00Z") for name in mounted
    )


def _is_stateful(workload: str) -> bool:
    return any(item.stateful for item in cluedin.APPLICATIONS if item.name == workload)


def _pod_name(workload: str) -> str:
    return f"{workload}-0" if _is_stateful(workload) else replica_name(workload)


def _owner(workload: str) -> str:
    return f"StatefulSet/{workload}" if _is_stateful(workload) else f"ReplicaSet/{replica_set_name(workload)}"


def deployed_values() -> dict[str, object]:
    """The values of the deployed release, as Helm's record holds them: no file, no lines."""
    return {
        "application": {
            "bootstrap": {"organization": {"existingSecret": "cluedin-admin-secret"}},
            "email": {"secretRef": "cluedin-email"},
            "sqlserver": {"users": {"clientUser": {"existingSecret": "cluedin-sqlserver-clientuser-secret"}}},
        },
        "infrastructure": {
            "mssql": {"existingSecret": "cluedin-sqlserver-secret"},
            "elasticsearch": {"auth": {"existingSecret": "elasticsearch-credentials"}},
            "redis": {"auth": {"existingSecret": "cluedin-redis"}},
            "rabbitmq": {"auth": {"password": "made-up-by-the-sample"}},
            "monitoring": {"grafana": {"admin": {"existingSecret": "cluedin-grafana"}}},
        },
        "global": {
            "keyvault": {
                "enabled": True,
                "userAssignedIdentityID": azure.ADDON.client_id,
                "keyvaultName": "kv-cluedin-sample",
                "tenantId": TENANT,
                "secretProviderClasses": {
                    key: [{"secretName": name, "secretKeys": dict(keys)} for name, keys in secrets.items()]
                    for key, secrets in _CLASSES.items()
                },
            }
        },
    }
