"""The least rights that the selected checks need, as roles for Kubernetes and for Azure. Pure: reads nothing.

Everything is derived from the facts that the checks read; each rule says which checks are lost without it.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from preflight.definition import Check
from preflight.facts import Fact

NAME = "cluedin-preflight"
VALUES_NAME = f"{NAME}-could-read-secret-values"

_CSI_GROUP = "secrets-store.csi.x-k8s.io"
_OF_OTHERS = {
    "secret_provider_classes": (_CSI_GROUP, "secretproviderclasses"),
    "secret_provider_class_pod_statuses": (_CSI_GROUP, "secretproviderclasspodstatuses"),
    "cert_manager_certificates": ("cert-manager.io", "certificates"),
}
"""Kinds that the driver and cert-manager bring: the facts of these name no path, because it may not be served."""
_RECORD_FACTS = ("release", "values")
"""Read from the release's record, a Secret."""
_PARITY = "value_parity"
"""With `--read-values`: beside the release's record the only thing for which a Secret is ever fetched."""
_VALUE = "Microsoft.KeyVault/vaults/secrets/getSecret/action"
_METADATA = "Microsoft.KeyVault/vaults/secrets/readMetadata/action"
_CERTIFICATES = "Microsoft.KeyVault/vaults/certificates/read"
_DATA_ACTIONS = {
    "vault_secrets": _METADATA,
    "vault_secret_versions": _METADATA,
    "deleted_vault_secrets": _METADATA,
    _PARITY: _METADATA,
    "vault_certificates": _CERTIFICATES,
    "deleted_vault_certificates": _CERTIFICATES,
    "certificate_policies": _CERTIFICATES,
}
_ACTION = re.compile(r"Microsoft\.[A-Za-z]+(?:/[A-Za-z]+)+")
_GRAPH = "group_memberships"


class Rule(NamedTuple):
    """One rule of a Kubernetes role, and the checks that need it or make do without it."""

    group: str
    resource: str
    verb: str
    needed_by: tuple[str, ...]
    welcome_to: tuple[str, ...]


class Rights(NamedTuple):
    """What to grant.

    `cluster` is for a ClusterRole; `listing` and `values` are for Roles in CluedIn's namespace. `value_actions` are the
    vault's data actions that read values, which only `run --read-values` uses.
    """

    cluster: tuple[Rule, ...]
    listing: tuple[Rule, ...]
    values: tuple[Rule, ...]
    actions: tuple[str, ...]
    data_actions: tuple[str, ...]
    value_actions: tuple[str, ...]
    graph: bool


def rights_for(checks: Sequence[Check], facts: Mapping[str, Fact], also: Iterable[str] = ()) -> Rights:
    """Return the rights these checks need; `also` names facts read besides, such as those that tell the stage."""
    names = list(dict.fromkeys([*(name for check in checks for name in check.reads if name != "header"), *also]))
    cluster = [
        _rule(group, resource, "list", (name,), checks)
        for name in names
        if (found := _cluster_wide(facts[name])) is not None
        for group, resource in [found]
    ]
    record = tuple(name for name in names if name in _RECORD_FACTS)
    listed = (*(("secrets",) if "secrets" in names else ()), *record)
    fetched = (*record, *((_PARITY,) if _PARITY in names else ()))
    return Rights(
        cluster=tuple(sorted(cluster)),
        listing=(_rule("", "secrets", "list", listed, checks),) if listed else (),
        values=(_rule("", "secrets", "get", fetched, checks),) if fetched else (),
        actions=tuple(sorted({action for name in names for action in _ACTION.findall(facts[name].right)})),
        data_actions=tuple(sorted({_DATA_ACTIONS[name] for name in names if name in _DATA_ACTIONS})),
        value_actions=(_VALUE,) if _PARITY in names else (),
        graph=_GRAPH in names,
    )


def as_text(rights: Rights, *, namespace: str, scope: str) -> str:
    """Return the roles as YAML documents with remarks; the last ones are Azure's custom roles, in JSON."""
    documents = kubernetes_roles(rights, namespace)
    if rights.value_actions:
        documents.append(_azure_values(rights, scope))
    if rights.actions or rights.data_actions:
        documents.append(_azure(rights, scope))
    return "---\n".join(documents)


def kubernetes_roles(rights: Rights, namespace: str) -> list[str]:
    """Return the roles for Kubernetes, each a YAML document with a remark on it."""
    documents = []
    if rights.cluster:
        documents.append(_role("ClusterRole", NAME, None, rights.cluster, "Cluster-wide: lists only."))
    if rights.listing:
        remark = "Lists Secrets as a table: names, types and key names. The list right itself would show values."
        documents.append(_role("Role", NAME, namespace, rights.listing, remark))
    if rights.values:
        remark = (
            "The one right that could read values: it fetches the Helm release's record, trimmed while reading,\n"
            "# and with `run --read-values` the Secrets to compare. Without it: --no-release, and the values with -f."
        )
        documents.append(_role("Role", VALUES_NAME, namespace, rights.values, remark))
    return documents


def _cluster_wide(fact: Fact) -> tuple[str, str] | None:
    """Return API group and resource of what is listed in all namespaces, None for anything else."""
    if fact.name in _OF_OTHERS:
        return _OF_OTHERS[fact.name]
    if not fact.path:
        return None
    *_, group, _version, resource = ["", *fact.path.split("/")]
    return ("" if group == "api" else group), resource


def _rule(group: str, resource: str, verb: str, names: Sequence[str], checks: Sequence[Check]) -> Rule:
    needed = tuple(check.id for check in checks if set(names) & set(check.needed))
    welcome = tuple(check.id for check in checks if set(names) & set(check.welcome) and check.id not in needed)
    return Rule(group, resource, verb, needed, welcome)


def _role(kind: str, name: str, namespace: str | None, rules: Sequence[Rule], remark: str) -> str:
    lines = [f"# {remark}", "apiVersion: rbac.authorization.k8s.io/v1", f"kind: {kind}", "metadata:", f"  name: {name}"]
    lines += [f"  namespace: {json.dumps(namespace)}"] if namespace else []
    lines.append("rules:")
    for rule in rules:
        lost = f"needed by: {', '.join(rule.needed_by)}" if rule.needed_by else "no check is lost without it"
        welcome = f"; welcome to: {', '.join(rule.welcome_to)}" if rule.welcome_to else ""
        lines.append(f"# {lost}{welcome}")
        lines.append(f"- apiGroups: [{json.dumps(rule.group)}]")
        lines.append(f"  resources: [{json.dumps(rule.resource)}]")
        lines.append(f"  verbs: [{json.dumps(rule.verb)}]")
    return "\n".join(lines) + "\n"


def _azure(rights: Rights, scope: str) -> str:
    describes = "Reads what cluedin-preflight judges; changes nothing and reads no secret value."
    remarks = ["# Azure: save the object below as role.json; az role definition create --role-definition @role.json"]
    if rights.data_actions:
        remarks.append(
            "# DataActions count where the vault grants by roles; else it takes a policy: list secrets, certificates"
        )
    if rights.graph:
        remarks.append(
            "# Groups are expanded through Microsoft Graph (Application.Read.All); without it some stay unknown"
        )
    return _azure_role(NAME, describes, rights.actions, rights.data_actions, scope, remarks)


def _azure_values(rights: Rights, scope: str) -> str:
    describes = "Lets cluedin-preflight compare secret values with --read-values; it keeps none."
    remarks = [
        "# Azure, for `run --read-values` alone (the built-in role Key Vault Secrets User has it too). Leave it out",
        "# otherwise: without it only value-parity says nothing. Where the vault takes policies: get secrets",
    ]
    return _azure_role(VALUES_NAME, describes, (), rights.value_actions, scope, remarks)


def _azure_role(
    name: str, describes: str, actions: Sequence[str], data_actions: Sequence[str], scope: str, remarks: Sequence[str]
) -> str:
    role: dict[str, Any] = {
        "Name": name,
        "IsCustom": True,
        "Description": describes,
        "Actions": [*actions],
        "NotActions": [],
        "DataActions": [*data_actions],
        "NotDataActions": [],
        "AssignableScopes": [scope],
    }
    return "\n".join([*remarks, json.dumps(role, indent=2)]) + "\n"
