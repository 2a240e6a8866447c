"""keyvault-values: the shape of the `global.keyvault` block."""

from collections.abc import Iterator

from preflight import Finding, Missing, check, facts, fail, passed, skip, warn
from preflight.sync.block import Fault, empty_classes, faults, misplaced
from preflight.sync.graph import Graph
from preflight.sync.planned import planned
from preflight.sync.values import Index, KeyVaultBlock, dotted, keyvault, location


@check("keyvault-values", group="values")
def keyvault_values(
    values: facts.Values,
    header: facts.Header | None = None,
    manifest: facts.Manifest | None = None,
    release: facts.Release | Missing | None = None,
) -> Iterator[Finding]:
    """The `global.keyvault` block is complete and well-formed.

    Helm and the charts accept almost anything here: a misspelt key is ignored, an empty id is written as it is, a
    number becomes a number. What breaks is the deployment afterwards: the API server refuses the class, the driver
    cannot mount it, or nothing is synced and nobody notices. A class without objects cannot be mounted either: from
    chart 2.5.2 on the databases mount the empty classes that the chart brings along.

    Fix: set `enabled`, `userAssignedIdentityID` (the identity's client id), `keyvaultName` and `tenantId`; below
    `secretProviderClasses` one key per class with a list of Secrets, each with `secretName` and `secretKeys`
    (`key: vault-object`), for `secretType: kubernetes.io/tls` with `objectName` too. Names that look like numbers or
    booleans must be renamed: the charts write them without quotes.
    """
    index = Index(values)
    block = keyvault(values, index)
    graph = planned(values, manifest=manifest, release=release, header=header)
    elsewhere = misplaced(values)
    if isinstance(graph, Graph) and not graph.supported:  # a chart before 2.3.0, which reads this one
        elsewhere = tuple(setting for setting in elsewhere if setting.path != ("application", "keyvault"))
    if block is None and not elsewhere:
        yield skip("the values have no global.keyvault block: nothing is synced")
        return
    if block is None or not block.settings:
        yield from (_misplaced(setting) for setting in elsewhere)
    found = list(faults(block, index)) if block else []
    for setting in values.repeated:
        yield warn(
            f"{dotted(setting.path)} stands twice in one map; Helm takes the later and drops this one",
            f"values/{dotted(setting.path)}",
            "merge the two",
            location=location(setting),
        )
    if block is None:
        return
    switch = block.settings.get("enabled")
    if switch and switch.kind in ("boolean", "number") and not block.enabled:
        yield from _disabled(block, switch)
        return
    if isinstance(graph, Graph):
        found += empty_classes(graph, block)
    yield from (_finding(fault) for fault in found)
    if not any(fault.status == "fail" for fault in found):
        secrets = [entry for one in block.classes for entry in one.entries]
        keys = sum(len(entry.keys) for entry in secrets)
        crt = " and the frontend certificate" if block.frontend_crt else ""
        yield passed(
            f"{len(block.classes)} classes with {len(secrets)} Secrets and {keys} keys{crt} are well-formed",
            evidence={"classes": len(block.classes), "secrets": len(secrets), "keys": keys},
        )


def _finding(fault: Fault) -> Finding:
    path = dotted(fault.path)
    message = fault.message if fault.object == f"values/{path}" else f"{path}: {fault.message}"
    if fault.status == "skip":
        return skip(message, fault.object)
    say = fail if fault.status == "fail" else warn
    return say(message, fault.object, fault.hint, location=location(fault.setting))


def _misplaced(setting: facts.Setting) -> Finding:
    path = dotted(setting.path)
    if setting.path == ("application", "global", "keyvault"):
        return warn(
            "only the charts below application see a key vault block here: the databases never mount their classes",
            f"values/{path}",
            "move it to global.keyvault",
            location=location(setting),
        )
    return fail(
        "no chart from 2.3.0 on reads a key vault block here",
        f"values/{path}",
        "move it to global.keyvault",
        location=location(setting),
    )


def _disabled(block: KeyVaultBlock, switch: facts.Setting) -> Iterator[Finding]:
    if block.classes or block.frontend_crt:
        yield warn(
            "global.keyvault is filled in but enabled is false: nothing is synced",
            "values/global.keyvault.enabled",
            "set enabled: true, or remove the block",
            location=location(switch),
        )
    else:
        yield skip("global.keyvault.enabled is false: nothing is synced")
