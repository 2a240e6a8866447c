"""A stand-in for az: a program on PATH that answers from a file, through the query language that az itself uses."""

import json
import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from preflight.facts import Missing, Snapshot

_AZ_NAMES = {"osSKU": "osSku", "vnetSubnetID": "vnetSubnetId", "podSubnetID": "podSubnetId"}
_AZ_NAMES |= {"privateFQDN": "privateFqdn", "podIPAllocationMode": "podIpAllocationMode"}

_PROGRAM = """\
#!{python}
import json, sys
import jmespath

words = sys.argv[1:]
with open({log!r}, "a") as log:
    log.write(json.dumps(words) + "\\n")
with open({answers!r}) as file:
    answers = json.load(file)
named = [name for name in answers if " ".join(words).startswith(name)]
if not named:
    sys.exit("ERROR: (AuthorizationFailed) somebody does not have authorization to do " + " ".join(words[:3]))
answer = answers[max(named, key=len)]
if "--query" in words:
    query = words[words.index("--query") + 1]
    if query.startswith("@"):
        with open(query[1:]) as file:
            query = file.read()
    answer = jmespath.search(query, answer)
if "tsv" in words:
    print(answer)
elif answer is not None:
    print(json.dumps(answer, indent=2))
"""


def install(folder: Path, answers: Mapping[str, Any]) -> Path:
    """Put the program into a folder and return the file that it logs its words to, one list a line."""
    folder.mkdir(parents=True, exist_ok=True)
    held, log, program = folder / "answers.json", folder / "log.jsonl", folder / "az"
    held.write_text(json.dumps(answers), encoding="utf-8")
    program.write_text(_PROGRAM.format(python=sys.executable, answers=str(held), log=str(log)), encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return log


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return this process's environment with the folder first on PATH."""
    return {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", **more}


def answers_of(snapshot: Snapshot, canary: str) -> dict[str, Any]:
    """Return what az prints of the sample's Azure; tags and what else nobody asked for hold the canary."""
    cluster = _flat(snapshot.get("cluster"), "Microsoft.ContainerService/ManagedClusters", canary)
    cluster["linuxProfile"] = {"adminUsername": canary}
    for pool in cluster["agentPoolProfiles"]:
        pool |= {"typePropertiesType": pool.pop("type", None), "tags": {"owner": canary}}
    vault = msgspec.to_builtins(snapshot.get("vault"))
    told = {name: vault.pop(name) for name in ("id", "name", "location")}
    answers: dict[str, Any] = {
        "aks show": cluster,
        "vmss list": _all(snapshot, "scale_sets", "Microsoft.Compute/virtualMachineScaleSets", canary),
        "identity list": _all(snapshot, "identities", "Microsoft.ManagedIdentity/userAssignedIdentities", canary),
        "lock list": _all(snapshot, "locks", "Microsoft.Authorization/locks", canary),
        "keyvault show": {**told, "type": "Microsoft.KeyVault/vaults", "properties": vault, "tags": {"note": canary}},
        "role assignment list": [
            _flat(item, "Microsoft.Authorization/roleAssignments", canary)
            for item in snapshot.get("role_assignments").items
        ],
        "role definition list": [],
        "rest --url": {"value": []},
        "network public-ip list": [],
        "network vnet list": [],
        "network private-endpoint list": [],
        "keyvault list-deleted": [],
        "keyvault secret list --": [_object("secrets", item, canary) for item in snapshot.get("vault_secrets")],
        "keyvault certificate list --": [],
        "keyvault secret list-deleted": [],
        "keyvault certificate list-deleted": [],
    }
    return {command: answer for command, answer in answers.items() if answer is not None}


def _all(snapshot: Snapshot, fact: str, kind: str, canary: str) -> list[dict[str, Any]] | None:
    """Return the resources of a fact, None where the sample's reader was refused."""
    if isinstance(snapshot.get(fact), Missing):
        return None
    return [_flat(item, kind, canary) for item in snapshot.get(fact)]


def _flat(item: msgspec.Struct, kind: str, canary: str) -> dict[str, Any]:
    plain: dict[str, Any] = _renamed(msgspec.to_builtins(item))
    return {**plain, "type": kind, "tags": {**plain.get("tags", {}), "note": canary}}


def _renamed(value: Any) -> Any:
    if isinstance(value, dict):
        return {_AZ_NAMES.get(key, key): _renamed(item) for key, item in value.items()}
    return [_renamed(item) for item in value] if isinstance(value, list | tuple) else value


def _object(kind: str, item: Any, canary: str) -> dict[str, Any]:
    attributes = {
        "enabled": item.enabled,
        "expires": item.expires,
        "notBefore": item.not_before,
        "updated": item.updated,
    }
    identifier = f"https://kv-cluedin-sample.vault.azure.net/{kind}/{item.name}"
    told = {"id": identifier, "name": item.name, "contentType": item.content_type, "managed": item.managed or None}
    return {**told, "attributes": attributes, "tags": {"note": canary}, "value": canary}
