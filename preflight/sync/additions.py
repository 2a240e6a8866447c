"""What values add to the chart's pods by lists of their own: volumes, mounts, environment; and whole Secrets."""

from collections.abc import Iterator

from preflight.facts import Setting
from preflight.sync.graph import CSI_DRIVER, MadeSecret, Mount, SecretUse, Volume
from preflight.sync.values import Index, truth


def _entries(index: Index, path: str) -> Iterator[Setting]:
    setting = index.dotted(path)
    if setting is not None and setting.kind in ("list", "map"):
        yield from index.below(*setting.path)


def _text(index: Index, entry: Setting, *path: str) -> str:
    setting = index.get(*entry.path, *path)
    return (setting.text or "") if setting else ""


def added_volumes(index: Index, path: str) -> Iterator[Volume]:
    """The volumes of a list in the values."""
    for entry in _entries(index, path):
        driver = _text(index, entry, "csi", "driver")
        secret = _text(index, entry, "secret", "secretName")
        optional = truth(index.get(*entry.path, "secret", "optional"))
        yield Volume(
            name=_text(index, entry, "name"),
            class_name=_text(index, entry, "csi", "volumeAttributes", "secretProviderClass")
            if driver == CSI_DRIVER
            else None,
            read_only=truth(index.get(*entry.path, "csi", "readOnly")) if driver else True,
            secrets=(SecretUse(secret=secret, key=None, how="volume", optional=optional),) if secret else (),
            setting=entry,
        )


def added_mounts(index: Index, path: str) -> Iterator[Mount]:
    """The mounts of a list in the values."""
    for entry in _entries(index, path):
        yield Mount(
            volume=_text(index, entry, "name"),
            path=_text(index, entry, "mountPath"),
            sub_path=_text(index, entry, "subPath"),
            read_only=truth(index.get(*entry.path, "readOnly")),
            setting=entry,
        )


def added_uses(index: Index, path: str) -> Iterator[SecretUse]:
    """The Secrets that a list of environment variables, or of names of Secrets, refers to."""
    for entry in _entries(index, path):
        if entry.kind == "string" and entry.text:
            yield SecretUse(secret=entry.text, key=None, how="envFrom")
        for way in (("valueFrom", "secretKeyRef"), ("secretKeyRef",)):
            name, key = _text(index, entry, *way, "name"), _text(index, entry, *way, "key")
            if name and key:
                optional = truth(index.get(*entry.path, *way, "optional"))
                yield SecretUse(secret=name, key=key, how="env", optional=optional)


def added_names(index: Index, path: str) -> Iterator[str]:
    """The names in a list of names, or of maps with a name."""
    for entry in _entries(index, path):
        name = entry.text if entry.kind == "string" else _text(index, entry, "name")
        if name:
            yield name


_EXTRA = {
    "infrastructure.rabbitmq.extraSecrets": "Opaque",
    "platform.extraSecrets": "Opaque",
    "platform.extraEncodedSecrets": "Opaque",
    "platform.extraCertificateSecrets": "kubernetes.io/tls",
    "platform.extraImagePullSecrets": "kubernetes.io/dockerconfigjson",
}


def extra_secrets(index: Index) -> Iterator[MadeSecret]:
    """The Secrets that values ask the chart to make as they are."""
    for path, type_ in _EXTRA.items():
        for entry in _entries(index, path):
            pull = type_ == "kubernetes.io/dockerconfigjson"
            tls = type_ == "kubernetes.io/tls"
            own = tuple(str(item.path[-1]) for item in index.below(*entry.path))
            yield MadeSecret(
                name=str(entry.path[-1]),
                keys=(".dockerconfigjson",) if pull else ("tls.crt", "tls.key") if tls else own,
                type=type_,
                hook="pre-install,pre-upgrade" if pull else None,
                switch=f"{path}.{entry.path[-1]}",
            )
