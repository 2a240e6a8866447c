"""addon-rotation: whether and how often values are fetched again."""

from collections.abc import Iterator

from preflight import Finding, check, facts, passed, skip, warn
from preflight.access.commands import az_aks, commands
from preflight.sync.currency import interval, mounted, reads_per_10_seconds, stale
from preflight.sync.planned import first

_VAULT_LIMIT = 4_000
"""Reads that a vault answers in 10 s, all its readers together (azure.md 9)."""


@check("addon-rotation", group="addon", stages=("deploy", "verify"))
def addon_rotation(
    cluster: facts.ManagedCluster,
    header: facts.Header,
    secret_provider_class_pod_statuses: facts.SecretProviderClassPodStatuses | None = None,
    vault_secret_versions: tuple[facts.VaultObject, ...] | None = None,
    vault_secrets: tuple[facts.VaultObject, ...] | None = None,
    *,
    share: float = 0.5,
) -> Iterator[Finding]:
    """Changed vault values reach the cluster.

    With rotation off a pod keeps what it got when it started. With rotation on every object of every mounting pod is
    read again at each interval, from one vault that answers 4,000 reads in 10 seconds for everybody. Environment
    variables and subPath mounts change only with a restart, either way.

    Fix: turn rotation on with `az aks update --enable-secret-rotation`, or restart the pods after a change. Where
    it asks too often, lengthen the interval (`--rotation-poll-interval 10m`) or mount fewer objects.
    """
    addon = cluster.keyvault_addon
    if not addon or not addon.enabled:
        yield skip("the add-on is off: see addon-state")
        return
    name = f"cluster/{cluster.name}"
    every = interval(addon.config)
    records = secret_provider_class_pod_statuses.items if secret_provider_class_pod_statuses else ()
    if every is None:
        now = facts.instant(header.collected_at)
        have = mounted(records, vault_secret_versions or (), vault_secrets or (), now, None)
        older = list(stale(have)) if header.stage == "verify" else []
        for object_name, pods in older:
            who = first(one.pod for one in pods)
            message = f"{who} has an older version of {object_name} than the vault, and rotation is off"
            yield warn(
                message,
                f"vault-secret/{object_name}",
                "restart what mounts it",
                evidence={"pods": [one.pod for one in pods], "since": pods[0].since},
            )
        if not older:
            yield passed("rotation is off: a changed value reaches a pod when it restarts", name)
        return
    objects, reads = reads_per_10_seconds(records, every)
    evidence = {"interval_seconds": every.total_seconds(), "objects": objects, "reads_per_10_s": round(reads, 1)}
    often = f"every {every.total_seconds():g} s"
    rate = f"{objects} mounted objects {often} cost {reads:.0f} of {_VAULT_LIMIT:,} reads in 10 s"
    if reads > share * _VAULT_LIMIT:
        message = f"{rate}, which the vault answers for everybody"
        slower = az_aks("update", cluster, rotation_poll_interval="10m")
        yield warn(message, name, "rotate less often", evidence=evidence, commands=commands(slower))
    elif secret_provider_class_pod_statuses is None:
        yield passed(f"rotation is on, {often}; what is mounted was not looked at", name)
    else:
        yield passed(f"rotation is on: {rate}", name, evidence=evidence)
