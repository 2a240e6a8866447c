"""What is wrong with the shape of a `global.keyvault` block: required keys, types, spelling, legal secret types.

The consequences are those of the charts and of the secrets-store driver (facts: charts.md 4 and 6, azure.md 7.3).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from preflight.facts import Setting, Values
from preflight.sync.graph import Graph
from preflight.sync.mapping import through
from preflight.sync.scalars import plain_kind
from preflight.sync.values import (
    ENTRY_KEYS,
    KEYVAULT,
    KNOWN_KEYS,
    TLS,
    ClassEntry,
    Index,
    KeyVaultBlock,
    SecretEntry,
    dotted,
)

IDS = ("userAssignedIdentityID", "keyvaultName", "tenantId")
SECRET_TYPES: dict[str, tuple[str, ...]] = {
    "Opaque": (),
    TLS: ("tls.crt", "tls.key"),
    "kubernetes.io/basic-auth": (),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/service-account-token": (),
    "bootstrap.kubernetes.io/token": (),
}
"""The types the driver knows, and the keys the API server demands of each; any other type it makes Opaque."""

_GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_PLACEHOLDER = re.compile(r"\$|#\{|\{\{|\}\}|<[^>]*>|__\w+__|^(changeme|todo|tbd|x{3,}|your[-_ ].*)$", re.IGNORECASE)
_NO_GUID = frozenset("0-")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing wrong with the values, at `path`; `setting` is where it stands, None where nothing is written."""

    status: Literal["fail", "warn", "skip"]
    path: tuple[str | int, ...]
    message: str
    hint: str
    setting: Setting | None = None

    @property
    def object(self) -> str:
        """What a finding calls it."""
        return f"values/{dotted(self.path)}"


def is_placeholder(text: str | None) -> bool:
    """Tell whether a text still waits to be filled in: `$kvManagedIdentity`, `#{Tenant}#`, `<vault>`."""
    return text is not None and bool(_PLACEHOLDER.search(text))


def faults(block: KeyVaultBlock, index: Index) -> Iterator[Fault]:
    """Everything wrong with the shape of the block, top to bottom."""
    if block.setting.kind != "map":
        yield _fail(
            block.setting, f"it is a {block.setting.kind}; the charts expect a map", "write the block's keys below it"
        )
        return
    guessed = {_nearest(str(item.path[-1]), KNOWN_KEYS) for item in block.unknown}
    yield from _enabled(block, guessed)
    for key in IDS:
        yield from _id(block, key, guessed)
    for item in block.unknown:
        yield _unknown_key(item, KNOWN_KEYS, index)
    frontend = block.settings.get("frontendCrt")
    if frontend is not None and not frontend.empty:
        yield from _name(frontend, "the certificate's name in the vault")
    yield from _classes(block, guessed, index)


def _fail(setting: Setting, message: str, hint: str) -> Fault:
    return Fault(status="fail", path=setting.path, message=message, hint=hint, setting=setting)


def _warn(setting: Setting, message: str, hint: str) -> Fault:
    return Fault(status="warn", path=setting.path, message=message, hint=hint, setting=setting)


def _token(setting: Setting) -> Fault:
    return Fault(status="skip", path=setting.path, message="a pipeline fills it in later", hint="", setting=setting)


def _missing(block: KeyVaultBlock, key: str, why: str) -> Fault:
    setting = block.settings.get(key)
    said = "is set to nothing" if setting else "is not set"
    return Fault(
        status="fail",
        path=(*KEYVAULT, key),
        message=f"{said}; {why}",
        hint=f"set {key}",
        setting=setting or block.setting,
    )


def _enabled(block: KeyVaultBlock, guessed: set[str | None]) -> Iterator[Fault]:
    setting = block.settings.get("enabled")
    if setting is None or setting.empty:
        if "enabled" not in guessed:
            yield _missing(block, "enabled", "without it nothing below takes effect")
    elif setting.kind == "token":
        yield _token(setting)
    elif setting.kind != "boolean":
        text = (setting.text or "").lower()
        if setting.kind == "string" and text in ("false", "no", "off", "n"):
            yield _fail(setting, "it is a string, and to the charts every string is true", "write false without quotes")
        else:
            yield _warn(setting, f"it is a {setting.kind}, not a boolean", "write true without quotes")


def _id(block: KeyVaultBlock, key: str, guessed: set[str | None]) -> Iterator[Fault]:
    setting = block.settings.get(key)
    if setting is None or setting.empty:
        if key not in guessed:
            yield _missing(block, key, "every mount fails without it")
        return
    if setting.kind == "token" or setting.kind != "string" or is_placeholder(setting.text) or key == "keyvaultName":
        yield from _name(setting, "a name" if key == "keyvaultName" else "a GUID")
        return
    text = setting.text or ""
    if set(text) <= _NO_GUID:
        yield _fail(setting, "it is still the all-zero placeholder", f"set {key} to the real GUID")
    elif key == "tenantId" and "." in text:
        yield _warn(setting, "it is a domain name; the charts document a GUID", "set tenantId to the tenant's GUID")
    elif not _GUID.fullmatch(text):
        yield _fail(setting, "it is no GUID", f"set {key} to the GUID that az shows, 8-4-4-4-12 hexadecimal digits")


def _unknown_key(setting: Setting, known: Sequence[str], index: Index) -> Fault:
    """A misspelt key fails when what it means is not set; a key that means nothing is a warning."""
    near = _nearest(str(setting.path[-1]), known)
    if near is None:
        return _warn(setting, "no chart reads this key", f"remove it; what is read here: {', '.join(known)}")
    other = index.get(*setting.path[:-1], near)
    if other is not None and not other.empty:
        return _warn(setting, f"no chart reads this key; {near} is set beside it", "remove it")
    return _fail(setting, f"no chart reads this key; the nearest that is read is {near}", f"rename it to {near}")


def _nearest(key: str, known: Sequence[str]) -> str | None:
    """The known key that was probably meant; upper and lower case and separators do not count."""
    plain = {re.sub(r"[-_ ]", "", name).lower(): name for name in known}
    near = get_close_matches(re.sub(r"[-_ ]", "", key).lower(), plain, n=1, cutoff=0.72)
    return plain[near[0]] if near else None


def _name(setting: Setting, what: str) -> Iterator[Fault]:
    """A scalar that must reach the API server as a string, and be filled in."""
    if setting.kind == "token":
        yield _token(setting)
    elif setting.kind in ("map", "list"):
        yield _fail(setting, f"it is a {setting.kind}; {what} belongs here", "write one name")
    elif setting.empty:
        yield _fail(setting, f"it is empty; {what} belongs here", "write the name")
    elif setting.kind in ("number", "boolean"):
        yield _fail(
            setting,
            f"it is a {setting.kind}; {what} belongs here, and the API server refuses it",
            "write the object's name",
        )
    elif is_placeholder(setting.text):
        yield _fail(setting, "it is still a placeholder", f"write the real value: {what} belongs here")
    elif plain_kind(setting.text or "-") not in ("string", "null"):
        kind = plain_kind(setting.text or "")
        yield _fail(
            setting, f"the charts write it without quotes, so it arrives as a {kind} and is refused", "rename it"
        )


def _classes(block: KeyVaultBlock, guessed: set[str | None], index: Index) -> Iterator[Fault]:
    setting = block.settings.get("secretProviderClasses")
    if setting is None or setting.empty:
        if block.frontend_crt is None and "secretProviderClasses" not in guessed:
            yield Fault(
                status="warn",
                path=(*KEYVAULT, "secretProviderClasses"),
                message="neither classes nor frontendCrt are set, so nothing is synced",
                hint="add the Secrets to sync, or set enabled: false",
                setting=setting or block.setting,
            )
    elif setting.kind != "map":
        yield _fail(
            setting, f"it is a {setting.kind}; the charts expect a map of class names", "write one key per class"
        )
    for planned in block.classes:
        yield from _class(planned, index)


def _class(planned: ClassEntry, index: Index) -> Iterator[Fault]:
    setting = planned.setting
    if setting.kind not in ("list", "null"):
        yield _fail(
            setting, f"it is a {setting.kind}; the charts expect a list of Secrets", "write `- secretName: ...`"
        )
    for entry in planned.entries:
        if entry.setting.kind != "map":
            yield _fail(entry.setting, f"it is a {entry.setting.kind}; a Secret is a map", "write `- secretName: ...`")
            continue
        items = index.below(*entry.setting.path)
        yield from (_unknown_key(item, ENTRY_KEYS, index) for item in items if item.path[-1] not in ENTRY_KEYS)
        guessed = {_nearest(str(item.path[-1]), ENTRY_KEYS) for item in items if item.path[-1] not in ENTRY_KEYS}
        yield from _entry(entry, guessed)


def _entry(entry: SecretEntry, guessed: set[str | None]) -> Iterator[Fault]:
    here = entry.setting
    if entry.name_setting is None:
        if "secretName" not in guessed:
            yield _fail(here, "it has no secretName, so the driver makes no Secret", "set secretName")
    else:
        yield from _name(entry.name_setting, "the Secret's name")
    yield from _type(entry)
    if entry.type == TLS:
        yield from _tls(entry, guessed)
    elif entry.object_setting is not None and not entry.object_setting.empty:
        yield _warn(entry.object_setting, f"objectName is read for {TLS} only", "remove it, or set secretType")
    keys = entry.keys_setting
    if keys is None or keys.empty or keys.kind != "map":
        if "secretKeys" not in guessed:
            why = "it has no secretKeys" if keys is None or keys.empty else f"secretKeys is a {keys.kind}, not a map"
            yield _fail(
                keys or here, f"{why}, so the driver makes no Secret", "write `key: vault-object` below secretKeys"
            )
        return
    for key in entry.keys:
        yield from _name(key.setting, "the name of a vault object")
        if plain_kind(key.key) != "string":
            yield _fail(
                key.setting,
                f"the key is written without quotes and arrives as a {plain_kind(key.key)}",
                "rename the key",
            )


def _type(entry: SecretEntry) -> Iterator[Fault]:
    setting = entry.type_setting
    if setting is None or setting.empty:
        return
    if setting.kind == "token":
        yield _token(setting)
    elif entry.type not in SECRET_TYPES:
        near = _nearest(
            entry.type.removeprefix("kubernetes.io/"), [name.removeprefix("kubernetes.io/") for name in SECRET_TYPES]
        )
        meant = next((name for name in SECRET_TYPES if near and name.removeprefix("kubernetes.io/") == near), None)
        hint = f"write {meant}" if meant else f"write one of {', '.join(SECRET_TYPES)}"
        if entry.type.lower() == "opaque":
            yield _warn(setting, "the type is spelt Opaque; the driver takes any other spelling as Opaque too", hint)
        else:
            yield _fail(setting, "it is no secret type; the driver makes the Secret Opaque", hint)
    else:
        lacks = [key for key in SECRET_TYPES[entry.type] if key not in {item.key for item in entry.keys}]
        if lacks and entry.keys:
            yield _fail(
                setting, f"a Secret of this type must have {', '.join(lacks)}", f"add {', '.join(lacks)} to secretKeys"
            )


def _tls(entry: SecretEntry, guessed: set[str | None]) -> Iterator[Fault]:
    if entry.object_setting is None or entry.object_setting.empty:
        if "objectName" not in guessed:
            where = entry.type_setting or entry.setting
            yield Fault(
                status="fail",
                path=(*entry.setting.path, "objectName"),
                message="a TLS entry without objectName makes a class that fetches an object without a name",
                hint="set objectName to the certificate's name in the vault",
                setting=where,
            )
        return
    yield from _name(entry.object_setting, "the certificate's name in the vault")
    for key in entry.keys:
        if entry.object_name and key.object_name and key.object_name != entry.object_name:
            yield _fail(
                key.setting,
                f"only objectName ({entry.object_name}) is fetched, this object never",
                f"write {entry.object_name}",
            )


def empty_classes(graph: Graph, block: KeyVaultBlock) -> Iterator[Fault]:
    """Rendered classes without objects: the driver refuses to mount one ("missing object versions").

    The application chart brings four empty classes along; a null in the values does not remove them.
    """
    for planned in graph.classes:
        if planned.objects or planned.secrets:  # entries without objects are told one by one
            continue
        key = planned.name.removesuffix("-sync")
        written = planned.setting
        pods = dict.fromkeys(mount.pod.workload for mount in graph.mounts if mount.class_name == planned.name)
        where = written or block.settings.get("secretProviderClasses") or block.setting
        whose = "" if written else ", which the chart brings along,"
        mounted = f"{', '.join(pods)} mount{'s' if len(pods) == 1 else ''} it: the pod never starts"
        yield Fault(
            status="fail" if pods else "skip",
            path=(*KEYVAULT, "secretProviderClasses", key),
            message=f"the class{whose} has no objects, and {mounted if pods else 'nobody mounts it'}",
            hint=f"sync the Secret of that application through {key}{through(graph, key)}",
            setting=where,
        )


def misplaced(values: Values) -> tuple[Setting, ...]:
    """Key vault blocks that stand where no chart from 2.3.0 on reads them."""
    return tuple(
        item for item in values.settings if str(item.path[-1]).lower().startswith("keyvault") and _is_block(item.path)
    )


def _is_block(path: tuple[str | int, ...]) -> bool:
    return path != KEYVAULT and all(part in ("global", "application", "infrastructure") for part in path[:-1])
