"""Reading `facts.Values`: settings by path, and the `global.keyvault` block with the place of each of its parts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from preflight.facts import Setting, Values
from preflight.model import Location

KEYVAULT = ("global", "keyvault")
FRONTEND_CLASS = "cluedin-frontend-crt"
"""The class key, and the Secret, that `frontendCrt` makes; the name cannot be changed."""
TLS = "kubernetes.io/tls"
OPAQUE = "Opaque"

Path = tuple[str | int, ...]


def dotted(path: Path) -> str:
    """Write a path as people do: `global.keyvault.secretProviderClasses.cluedin-server[0].secretName`.

    A key that holds a dot is quoted.
    """
    parts = [f"[{part}]" if isinstance(part, int) else f'."{part}"' if "." in part else f".{part}" for part in path]
    return "".join(parts).lstrip(".")


def location(setting: Setting | None) -> Location | None:
    """Where the setting stands, None for what came from `--set` or a release."""
    if setting is None or setting.file is None or setting.line is None:
        return None
    return Location(file=setting.file, line=setting.line)


class Index:
    """The settings by path; built once for one `Values`."""

    def __init__(self, values: Values) -> None:
        self._by_path: Mapping[Path, Setting] = MappingProxyType({item.path: item for item in values.settings})
        below: dict[Path, list[Setting]] = {}
        for setting in values.settings:
            below.setdefault(setting.path[:-1], []).append(setting)
        self._below = below

    def get(self, *path: str | int) -> Setting | None:
        """The setting at the path, None when the values do not set it."""
        return self._by_path.get(path)

    def dotted(self, path: str) -> Setting | None:
        """The setting at a path written with dots, none of whose keys holds a dot."""
        return self._by_path.get(tuple(path.split(".")))

    def below(self, *path: str | int) -> tuple[Setting, ...]:
        """The settings one step below the path, in document order."""
        return tuple(self._below.get(path, ()))


def truth(setting: Setting | None) -> bool:
    """How a chart's `if` takes a setting: the string "false" is true, as in Go templates.

    >>> truth(Setting(path=("enabled",), kind="string", text="false"))
    True
    """
    if setting is None or setting.empty:
        return False
    if setting.text is None:
        return True  # set, and of a kind whose text is not held
    if setting.kind == "boolean":
        return setting.text.lower() in ("true", "yes", "on", "y")
    if setting.kind == "number":
        return setting.text.strip("+-0.xXoObB_eE") != ""
    return True


@dataclass(frozen=True, kw_only=True)
class SecretKey:
    """One key of a Secret to be made and the vault object that fills it, where it is written as a name."""

    key: str
    object_name: str | None
    setting: Setting


@dataclass(frozen=True, kw_only=True)
class SecretEntry:
    """One entry of a class: a Secret to be made. `setting` is the entry; None stands for what is not set."""

    name: str | None
    type: str
    object_name: str | None
    keys: tuple[SecretKey, ...]
    setting: Setting
    name_setting: Setting | None = None
    type_setting: Setting | None = None
    object_setting: Setting | None = None
    keys_setting: Setting | None = None

    @property
    def objects(self) -> tuple[str, ...]:
        """The vault objects the class fetches for this entry, by the chart's rule: for TLS `objectName` alone."""
        if self.type == TLS:
            return (self.object_name,) if self.object_name else ()
        return tuple(key.object_name for key in self.keys if key.object_name)


@dataclass(frozen=True, kw_only=True)
class ClassEntry:
    """One key under `secretProviderClasses`; the class is called `<key>-sync`."""

    key: str
    entries: tuple[SecretEntry, ...]
    setting: Setting

    @property
    def class_name(self) -> str:
        """The SecretProviderClass's name."""
        return f"{self.key}-sync"


@dataclass(frozen=True, kw_only=True)
class KeyVaultBlock:
    """The `global.keyvault` block. Texts are None where nothing usable as a name is written.

    `classes` are those written in the values; the chart's own empty defaults are not among them.
    """

    enabled: bool
    keyvault_name: str | None
    tenant_id: str | None
    user_assigned_identity_id: str | None
    frontend_crt: str | None
    classes: tuple[ClassEntry, ...]
    setting: Setting
    settings: Mapping[str, Setting]
    unknown: tuple[Setting, ...]


KNOWN_KEYS = (
    "enabled",
    "frontendCrt",
    "userAssignedIdentityID",
    "keyvaultName",
    "tenantId",
    "secretProviderClasses",
)
ENTRY_KEYS = ("secretName", "secretType", "objectName", "secretKeys")


def keyvault(values: Values, index: Index | None = None) -> KeyVaultBlock | None:
    """Read the block, None when the values have none."""
    index = index or Index(values)
    block = index.get(*KEYVAULT)
    if block is None:
        return None
    found = {str(setting.path[-1]): setting for setting in index.below(*KEYVAULT)}
    return KeyVaultBlock(
        enabled=truth(found.get("enabled")),
        keyvault_name=_text(found.get("keyvaultName")),
        tenant_id=_text(found.get("tenantId")),
        user_assigned_identity_id=_text(found.get("userAssignedIdentityID")),
        frontend_crt=_text(found.get("frontendCrt")),
        classes=tuple(_class(index, setting) for setting in index.below(*KEYVAULT, "secretProviderClasses")),
        setting=block,
        settings=MappingProxyType({key: found[key] for key in KNOWN_KEYS if key in found}),
        unknown=tuple(setting for key, setting in found.items() if key not in KNOWN_KEYS),
    )


def _text(setting: Setting | None) -> str | None:
    return setting.text if setting is not None and not setting.empty else None


def _class(index: Index, setting: Setting) -> ClassEntry:
    entries = tuple(_entry(index, item) for item in index.below(*setting.path)) if setting.kind == "list" else ()
    return ClassEntry(key=str(setting.path[-1]), entries=entries, setting=setting)


def _entry(index: Index, setting: Setting) -> SecretEntry:
    parts = {key: index.get(*setting.path, key) for key in ENTRY_KEYS}
    keys = tuple(
        SecretKey(key=str(item.path[-1]), object_name=_text(item), setting=item)
        for item in index.below(*setting.path, "secretKeys")
    )
    return SecretEntry(
        name=_text(parts["secretName"]),
        type=_text(parts["secretType"]) or OPAQUE,
        object_name=_text(parts["objectName"]),
        keys=keys,
        setting=setting,
        name_setting=parts["secretName"],
        type_setting=parts["secretType"],
        object_setting=parts["objectName"],
        keys_setting=parts["secretKeys"],
    )


@dataclass(frozen=True, kw_only=True)
class NeededObject:
    """A vault object that a class fetches. `certificate` says that it must hold a certificate with its key."""

    name: str
    class_name: str
    secret: str | None
    keys: tuple[str, ...]
    certificate: bool
    setting: Setting


def objects_needed(block: KeyVaultBlock) -> tuple[NeededObject, ...]:
    """Every vault object the planned classes fetch, once per use, in document order; none while disabled."""
    return tuple(_needed(block)) if block.enabled else ()


def _needed(block: KeyVaultBlock) -> Iterator[NeededObject]:
    frontend = block.settings.get("frontendCrt")
    if frontend is not None and block.frontend_crt:
        yield NeededObject(
            name=block.frontend_crt,
            class_name=f"{FRONTEND_CLASS}-sync",
            secret=FRONTEND_CLASS,
            keys=("tls.crt", "tls.key"),
            certificate=True,
            setting=frontend,
        )
    for planned in block.classes:
        for entry in planned.entries:
            if entry.type == TLS:
                if entry.object_name and entry.object_setting:
                    yield NeededObject(
                        name=entry.object_name,
                        class_name=planned.class_name,
                        secret=entry.name,
                        keys=tuple(key.key for key in entry.keys),
                        certificate=True,
                        setting=entry.object_setting,
                    )
                continue
            for key in entry.keys:
                if key.object_name:
                    yield NeededObject(
                        name=key.object_name,
                        class_name=planned.class_name,
                        secret=entry.name,
                        keys=(key.key,),
                        certificate=False,
                        setting=key.setting,
                    )
