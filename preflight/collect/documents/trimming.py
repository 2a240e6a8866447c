"""One recognised thing into what a fact holds of it, with what tells two copies of it apart."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, get_args
from urllib.parse import urlsplit

import msgspec

from preflight.collect import shapes
from preflight.collect.decoding import Undecodable, decode
from preflight.collect.documents.found import Found
from preflight.collect.documents.peeking import array, field
from preflight.collect.secret_table import secrets_of_table
from preflight.facts import (
    AgentPool,
    CertificateObject,
    Fact,
    ManagedCluster,
    NameAvailability,
    ObjectMeta,
    RoleAssignment,
    ScopedPermissions,
    Secret,
    SecretProviderClass,
    SecretProviderClassPodStatus,
    Vault,
    instant,
)

_ITEM_TYPES: Mapping[str, type[Any]] = {
    "agent_pools": AgentPool,
    "cert_manager_certificates": CertificateObject,
    "cluster": ManagedCluster,
    "operator_scopes": ScopedPermissions,
    "role_assignments": RoleAssignment,
    "secret_provider_classes": SecretProviderClass,
    "secret_provider_class_pod_statuses": SecretProviderClassPodStatus,
    "vault": Vault,
    "vault_name": NameAvailability,
}
OF_A_VAULT = (
    "vault_secrets",
    "vault_certificates",
    "vault_secret_versions",
    "deleted_vault_secrets",
    "deleted_vault_certificates",
    "certificate_policies",
)
"""Facts whose items are a vault's own objects: their id names the vault by its host."""

_MAX_OBJECT = 8 * 2**20
"""Of one object, in bytes; an API server stores at most 3 MiB. A whole table may have ten times as much."""

_VERSION = re.compile(r"[0-9]{1,19}")  # an etcd revision has 64 bits
_RELEASE_RECORD = "helm.sh/release.v1"


class Copy(NamedTuple):
    """One object as one file has it.

    `key` is who it is: namespace and name, or the Azure id, or host and name of a vault object. `version` is the
    object's resourceVersion, -1 where it has none; `whole` is False for the row of a table, which tells less.
    `instants` are those its text tells, `live` the newest of a node's heartbeats. `record` is the JSON text of a Helm
    release's Secret, kept until the release is read. `stored` is False for an object that no API server has stored.
    """

    what: str
    key: tuple[str, ...]
    value: Any
    version: int = -1
    whole: bool = True
    instants: tuple[datetime, ...] = ()
    live: datetime | None = None
    uid: str | None = None
    record: bytes | None = None
    stored: bool = True


class ListedRelease(msgspec.Struct, frozen=True, kw_only=True):
    """A release as `helm list` prints it; `chart` is name and version in one."""

    name: str
    namespace: str
    chart: str
    status: str = ""
    revision: str | int = ""
    app_version: str = ""


class _ApiGroup(msgspec.Struct, frozen=True, kw_only=True):
    name: str


class _Groups(msgspec.Struct, frozen=True, kw_only=True):
    """What `kubectl get --raw /apis` prints: the API groups that the server has."""

    groups: tuple[_ApiGroup, ...] = ()


def trim(found: Found, facts: Mapping[str, Fact]) -> Iterator[Copy]:
    """Yield what facts hold of one found thing; nothing for an empty list, or for a fact that is not among `facts`.

    Raises Undecodable, naming the place.
    """
    if found.raw is None or found.what in ("bundle", "result"):
        return
    try:
        _refuse_huge(found.raw, _MAX_OBJECT * (10 if found.is_table else 1))
        if found.is_table:
            yield from _secret_rows(found.raw)
        elif found.what == "namespaces" or _is_kubernetes(facts.get(found.what)):
            yield _kubernetes(found.what, found.raw, facts)
        elif found.what == "api_groups":
            for group in decode(found.raw, _Groups).groups:
                yield Copy(what=found.what, key=(group.name,), value=group.name)
        elif found.what == "helm_releases":
            release = decode(found.raw, ListedRelease)
            yield Copy(what=found.what, key=(release.namespace, release.name), value=release)
        elif found.what in facts or found.what in _ITEM_TYPES:
            yield _azure(found.what, found.raw, facts)
    except Undecodable as error:
        raise Undecodable(f"{found.place.rstrip(': ') or 'the document'}: {error}") from None


def _refuse_huge(raw: msgspec.Raw, most: int) -> None:
    if memoryview(raw).nbytes > most:
        raise Undecodable("larger than any object that an API server or Azure answers with")


def _is_kubernetes(fact: Fact | None) -> bool:
    return fact is not None and fact.source == "kubernetes"


# --- Kubernetes ---


class _Condition(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    last_heartbeat_time: str | None = None
    last_transition_time: str | None = None


class _Status(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    conditions: tuple[_Condition, ...] = ()
    start_time: str | None = None


class _ManagedFields(msgspec.Struct, frozen=True, kw_only=True):
    manager: str = ""


class _Metadata(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    uid: str | None = None
    resource_version: str | None = None
    creation_timestamp: str | None = None
    managed_fields: tuple[_ManagedFields, ...] = ()


class _Traces(msgspec.Struct, frozen=True, kw_only=True):
    """What tells how new an object is; facts do not hold it."""

    metadata: _Metadata = _Metadata()
    status: _Status = _Status()


class _Named(msgspec.Struct, frozen=True, kw_only=True):
    metadata: ObjectMeta


class _Secret(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A Secret but for its values."""

    metadata: ObjectMeta
    type: str = "Opaque"
    immutable: bool | None = None


class _Values(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The values of a Secret, as long as it takes to learn the names of its keys; careful people put null for them."""

    data: dict[str, object] | None = None
    string_data: dict[str, object] | None = None


def _kubernetes(what: str, raw: msgspec.Raw, facts: Mapping[str, Fact]) -> Copy:
    traces = _traces(raw)
    record = None
    value: Any
    if what == "namespaces":
        value = decode(raw, _Named)
    elif what == "secrets":
        value = _secret(raw, traces)
        record = bytes(raw) if value.type == _RELEASE_RECORD and "release" in (value.keys or ()) else None
    else:
        value = decode(raw, _item_type(what, facts))
    meta: ObjectMeta = value.metadata
    if not meta.name:
        raise Undecodable("metadata.name: expected the object's name")
    heartbeats = moments(condition.last_heartbeat_time for condition in traces.status.conditions)
    instants = moments(
        (
            traces.metadata.creation_timestamp,
            traces.status.start_time,
            *(condition.last_transition_time for condition in traces.status.conditions),
        )
    )
    return Copy(
        what=what,
        key=(meta.namespace, meta.name),
        value=value,
        version=_version(traces),
        instants=instants + heartbeats,
        live=max(heartbeats, default=None),
        uid=traces.metadata.uid,
        record=record,
        stored=any((traces.metadata.uid, traces.metadata.creation_timestamp, traces.metadata.resource_version)),
    )


def _version(traces: _Traces) -> int:
    text = traces.metadata.resource_version or ""
    return int(text) if _VERSION.fullmatch(text) else -1


def _secret_rows(table: msgspec.Raw) -> Iterator[Copy]:
    rows = array(field(table, "rows")) or []
    for secret, row in zip(secrets_of_table(bytes(table)), rows, strict=True):
        traces = _traces(field(row, "object") or msgspec.Raw(b"{}"))
        yield Copy(
            what="secrets",
            key=(secret.metadata.namespace, secret.metadata.name),
            value=secret,
            version=_version(traces),
            whole=False,
            instants=moments((traces.metadata.creation_timestamp,)),
        )


def _secret(raw: msgspec.Raw, traces: _Traces) -> Secret:
    secret, values = decode(raw, _Secret), decode(raw, _Values)
    # Without `data` it may be empty, or somebody took the values out: then the keys are not known.
    given = [part for part in (values.data, values.string_data) if part is not None]
    keys = tuple(sorted({key for part in given for key in part})) if given else None
    return Secret(
        metadata=secret.metadata,
        type=secret.type,
        keys=keys,
        key_count=None if keys is None else len(keys),
        immutable=secret.immutable,
        managers=tuple(dict.fromkeys(fields.manager for fields in traces.metadata.managed_fields)),
    )


def _traces(raw: msgspec.Raw) -> _Traces:
    try:
        return decode(raw, _Traces)
    except Undecodable:
        # A pack's kind may have a status of another shape.
        return _Traces()


def moments(texts: Iterable[str | None]) -> tuple[datetime, ...]:
    """Return the instants among these texts, in UTC; what is none, or beyond the calendar, is left out."""
    found = []
    for text in texts:
        try:
            found += [instant(text).astimezone(UTC)] if text else []
        except (ValueError, OverflowError):
            continue
    return tuple(found)


# --- Azure ---


class _Id(msgspec.Struct, frozen=True):
    id: str | None = None


def _azure(what: str, raw: msgspec.Raw, facts: Mapping[str, Fact]) -> Copy:
    document = decode(raw, dict[str, Any])
    value = shapes.decode(document, _item_type(what, facts))
    identifier = decode(raw, _Id).id or ""
    if what in OF_A_VAULT:
        version = getattr(value, "version", None)
        name = f"{value.name}/{version}" if what == "vault_secret_versions" else value.name
        key: tuple[str, ...] = (urlsplit(identifier).hostname or "", name.lower())
    else:
        key = (identifier.lower() or msgspec.json.encode(value).decode(),)
    # What Azure lists tells when something changed, never when it was listed.
    return Copy(what=what, key=key, value=value, instants=moments((getattr(value, "updated", None),)))


def _item_type(what: str, facts: Mapping[str, Fact]) -> type[Any]:
    known = _ITEM_TYPES.get(what)
    if known:
        return known
    item: type[Any] = get_args(facts[what].type)[0]
    return item
