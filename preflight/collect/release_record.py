"""One record of a Helm release, opened and trimmed in one go: it holds values and rendered Secrets.

What is not kept lives in the frames of `opened` only, and no error quotes any of it. Pure.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from typing import Any

import msgspec
import yaml

from preflight.collect.decoding import Undecodable, decode
from preflight.collect.manifests import read_manifests
from preflight.collect.values import settings_of
from preflight.errors import InputError
from preflight.facts import Manifest, Values

MAX_UNPACKED = 64 * 2**20
"""A record is stored in at most 1 MB; the largest that was seen unpacks to 2 MB."""

_GZIP = b"\x1f\x8b"
_GZIP_FORMAT = 31
_LONGEST_DESCRIPTION = 500
_SHORTEST_BLOT = 4
_DOCUMENT_START = re.compile(r"^---.*$", re.MULTILINE)
_KIND_SECRET = re.compile(r"""^kind: *["']?Secret["']? *$""", re.MULTILINE)


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a record. `secrets` are those its manifest makes in the release's namespace."""

    chart: str
    chart_version: str
    app_version: str
    description: str
    secrets: tuple[str, ...]
    values: Values


class _Data(msgspec.Struct, frozen=True, kw_only=True):
    release: bytes


class _Secret(msgspec.Struct, frozen=True, kw_only=True):
    data: _Data


class _Info(msgspec.Struct, frozen=True, kw_only=True):
    description: str = ""


class _ChartMetadata(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    name: str
    version: str = ""
    app_version: str = ""


class _Chart(msgspec.Struct, frozen=True, kw_only=True):
    metadata: _ChartMetadata


class _Record(msgspec.Struct, frozen=True, kw_only=True):
    namespace: str
    chart: _Chart
    info: _Info = _Info()
    config: dict[str, Any] | None = None
    manifest: str = ""


class _Hook(msgspec.Struct, frozen=True, kw_only=True):
    manifest: str = ""


class _Rendered(msgspec.Struct, frozen=True, kw_only=True):
    manifest: str = ""
    hooks: list[_Hook] = []


def opened(secret: bytes) -> Opened:
    """Open the Secret of one revision, as the API server's JSON has it. Raises Undecodable.

    Kubernetes' base64 (undone by the typed decoder), Helm's base64, gzip, JSON; very old records are not gzipped.
    """
    try:
        packed = base64.b64decode(decode(secret, _Secret).data.release, validate=True)
        record = decode(_unpacked(packed), _Record)
        values = settings_of(record.config or {}, source="release")
        secrets = tuple(dict.fromkeys(_secret_names(record.manifest, record.namespace)))
    except (binascii.Error, zlib.error):
        raise Undecodable("not packed as Helm packs its records") from None
    except InputError:
        raise Undecodable("its values have too many settings") from None
    except (yaml.YAMLError, RecursionError):
        raise Undecodable("its manifest has a Secret that is no YAML") from None
    metadata = record.chart.metadata
    return Opened(
        chart=metadata.name,
        chart_version=metadata.version,
        app_version=metadata.app_version,
        description=_blotted(record.info.description, record.config or {}, values)[:_LONGEST_DESCRIPTION],
        secrets=secrets,
        values=values,
    )


def manifest_in(secret: bytes) -> Manifest:
    """Return what the revision of this Secret rendered, hooks included, trimmed. Raises Undecodable."""
    try:
        packed = base64.b64decode(decode(secret, _Secret).data.release, validate=True)
        rendered = decode(_unpacked(packed), _Rendered)
        texts = [rendered.manifest, *(hook.manifest for hook in rendered.hooks)]
        return read_manifests([("manifest", text.encode()) for text in texts], "release")
    except (binascii.Error, zlib.error):
        raise Undecodable("not packed as Helm packs its records") from None
    except InputError:
        raise Undecodable("its manifest is no YAML that can be read") from None


def _unpacked(packed: bytes) -> bytes:
    if not packed.startswith(_GZIP):
        return packed
    unpacking = zlib.decompressobj(_GZIP_FORMAT)
    data = unpacking.decompress(packed, MAX_UNPACKED)
    if not unpacking.eof:
        raise Undecodable(f"cut off, or larger than {MAX_UNPACKED // 2**20} MiB unpacked")
    return data


def _secret_names(manifest: str, namespace: str) -> Iterator[str]:
    for document in _DOCUMENT_START.split(manifest):
        # Reading all of it as YAML takes seconds, and most of it is of no interest.
        if not _KIND_SECRET.search(document):
            continue
        secret = yaml.safe_load(document)
        metadata = secret.get("metadata") if isinstance(secret, dict) else None
        if isinstance(metadata, dict) and metadata.get("namespace") in (None, "", namespace):
            yield str(metadata.get("name", ""))


def _blotted(description: str, config: dict[str, Any], values: Values) -> str:
    """Blot out every value of the config that we do not hold anyway: Helm's error messages can quote them."""
    held = {setting.text for setting in values.settings}
    unheld = {text for text in _scalars(config) if text not in held and len(text) >= _SHORTEST_BLOT}
    for text in sorted(unheld, key=len, reverse=True):
        description = description.replace(text, "***")
    return description


def _scalars(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _scalars(child)
    elif isinstance(node, str | int | float) and not isinstance(node, bool):
        yield str(node)
