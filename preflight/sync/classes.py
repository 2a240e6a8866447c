"""The SecretProviderClasses that the charts render of a `global.keyvault` block (charts.md 4).

Before 2.3.0 the charts read another block, `application.keyvault`, and make one class of it.
"""

from collections.abc import Iterator

from preflight.facts import Setting, Values
from preflight.sync.graph import FetchedObject, PlannedClass, SyncedSecret
from preflight.sync.values import (
    FRONTEND_CLASS,
    KEYVAULT,
    OPAQUE,
    TLS,
    ClassEntry,
    Index,
    KeyVaultBlock,
    SecretEntry,
    keyvault,
    truth,
)

IGNORING = "A"
"""The group of versions (before 2.3.0) whose charts do not read the block at all."""
_BEFORE = ("application", "keyvault")
_DEFAULT_RANGE = {"ca-crt": "ca.crt", "tls-crt": "tls.crt", "tls-key": "tls.key"}
"""Vault objects and keys of the one Secret that those charts sync where `secretRanges` says nothing."""
_SELF_MOUNTING = "GHI"
"""Groups (from 2.5.2) whose databases mount their own class; they cannot render without a map of classes."""
DEFAULT_KEYS = ("cluedin-server", "cluedin-sqlserver", "cluedin-elasticsearch", "cluedin-redis")
"""Class keys that the application chart brings along, empty; a null in the values does not remove them."""


class RenderedBlock:
    """The block as a chart of one group of versions takes it. `index` reads the values."""

    def __init__(self, values: Values, group: str) -> None:
        self.index = Index(values)
        self.supported = group != IGNORING
        block = keyvault(values, self.index)
        asked = tuple(_classes(block)) if block is not None and block.enabled else ()
        self._block = block if asked and self.supported else None
        self.render_error = _render_error(self._block, self.index, group) if self._block else None
        made = self._block is not None and self.render_error is None
        before = () if self.supported else tuple(_of_application(self.index))
        self.classes: tuple[PlannedClass, ...] = asked if made else before
        self.ignored: tuple[PlannedClass, ...] = () if made else asked

    def holds(self, condition: str) -> bool:
        """Whether a condition on the block holds.

        `@frontend`: the frontend certificate is synced. `@class:K`: class K holds Secrets; `@key:K`: K exists.
        """
        block = self._block
        name, _, key = condition.removeprefix("@").partition(":")
        if block is None:
            return name == "frontend" and bool(self.classes)
        written = {planned.key: planned for planned in block.classes}
        if name == "frontend":
            return "frontendCrt" in block.settings and not block.settings["frontendCrt"].empty
        if name == "class":
            return key in written and not written[key].setting.empty
        return key in written or key in DEFAULT_KEYS


def _of_application(index: Index) -> Iterator[PlannedClass]:
    """The class of `application.keyvault`; its `secretKeys` map the vault's object to the key, not the other way."""
    if not truth(index.get(*_BEFORE, "enabled")):
        return
    ranges = index.get(*_BEFORE, "secretRanges")
    entries = index.below(*ranges.path) if ranges else ()
    secrets = tuple(
        SyncedSecret(
            name=_text(index, entry, "secretName"),
            type=_text(index, entry, "secretType"),
            keys=tuple(
                (item.text or "", str(item.path[-1]))
                for item in sorted(index.below(*entry.path, "secretKeys"), key=lambda item: str(item.path[-1]))
            ),
            setting=entry,
        )
        for entry in entries
    )
    if ranges is None:
        keys = tuple((key, name) for name, key in _DEFAULT_RANGE.items())
        secrets = (SyncedSecret(name=FRONTEND_CLASS, type=OPAQUE, keys=keys),)
    yield PlannedClass(
        name=FRONTEND_CLASS,
        objects=tuple(FetchedObject(name=name) for secret in secrets for _, name in secret.keys),
        secrets=secrets,
        setting=ranges or index.get(*_BEFORE),
    )


def _text(index: Index, entry: Setting, key: str) -> str:
    setting = index.get(*entry.path, key)
    return (setting.text or "") if setting else ""


def _render_error(block: KeyVaultBlock | None, index: Index, group: str) -> str | None:
    """Why `helm template` stops, None when it does not."""
    setting = index.get(*KEYVAULT, "secretProviderClasses")
    if setting is None:
        return "secretProviderClasses is not set" if group in _SELF_MOUNTING else None
    if setting.kind != "map":
        return f"secretProviderClasses is a {setting.kind}, not a map"
    for planned in block.classes if block else ():
        if planned.setting.kind not in ("list", "null"):
            return f"{planned.key} is a {planned.setting.kind}, not a list"
        for entry in planned.entries:
            if entry.setting.kind != "map":
                return f"an entry of {planned.key} is a {entry.setting.kind}, not a map"
    return None


def _classes(block: KeyVaultBlock) -> list[PlannedClass]:
    """The frontend's class first, then one per key in Helm's order: sorted."""
    found = []
    frontend = block.settings.get("frontendCrt")
    if frontend is not None and not frontend.empty:
        name = block.frontend_crt or ""
        found.append(
            PlannedClass(
                name=f"{FRONTEND_CLASS}-sync",
                objects=(FetchedObject(name=name),),
                secrets=(
                    SyncedSecret(
                        name=FRONTEND_CLASS, type=TLS, keys=(("tls.crt", name), ("tls.key", name)), setting=frontend
                    ),
                ),
                setting=frontend,
            )
        )
    written = {planned.key: planned for planned in block.classes}
    keys = sorted({*written, *DEFAULT_KEYS})
    return [*found, *(_class(written[key]) if key in written else PlannedClass(name=f"{key}-sync") for key in keys)]


def _class(planned: ClassEntry) -> PlannedClass:
    objects: list[FetchedObject] = []
    for entry in planned.entries:
        names = (entry.object_name or "",) if entry.type == TLS else tuple(name for _, name in _keys(entry))
        objects += [FetchedObject(name=name) for name in names]
    return PlannedClass(
        name=planned.class_name,
        objects=tuple(objects),
        secrets=tuple(
            SyncedSecret(name=entry.name or "", type=entry.type or OPAQUE, keys=_keys(entry), setting=entry.setting)
            for entry in planned.entries
        ),
        setting=planned.setting,
    )


def _keys(entry: SecretEntry) -> tuple[tuple[str, str], ...]:
    """Key to object in the order in which Helm walks a map: sorted."""
    return tuple(sorted((key.key, key.object_name or "") for key in entry.keys))
