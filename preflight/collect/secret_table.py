"""Secrets as a table: name, type, number of keys and metadata. No value leaves the server.

https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
"""

from collections.abc import Iterator

import msgspec

from preflight.collect.cluster import Cluster, ListMeta, read_list
from preflight.collect.decoding import decode
from preflight.collect.reading import Unreadable
from preflight.facts import ObjectMeta, Secret

_TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


class _Column(msgspec.Struct, frozen=True, kw_only=True):
    name: str = ""


class _Fields(msgspec.Struct, frozen=True, kw_only=True):
    """The keys of one manager: `{"f:data": {"f:password": {}}}`."""

    data: dict[str, object] = msgspec.field(name="f:data", default={})


class _ManagedFields(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    manager: str = ""
    fields_v1: _Fields = _Fields()


class _Metadata(ObjectMeta, frozen=True, kw_only=True):
    managed_fields: tuple[_ManagedFields, ...] = ()


class _Object(msgspec.Struct, frozen=True, kw_only=True):
    metadata: _Metadata = _Metadata()


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    cells: tuple[str | int | None, ...]
    object: _Object


class _Table(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    kind: str
    metadata: ListMeta = ListMeta()
    column_definitions: tuple[_Column, ...] = ()
    rows: tuple[_Row, ...] = ()


def list_secrets(cluster: Cluster, namespace: str | None = None, labels: str = "") -> tuple[Secret, ...]:
    """Return the Secrets of a namespace, or of all, as far as their table tells; `labels` is a label selector.

    Raises Refused and Unreadable.
    """
    path = f"/api/v1/namespaces/{namespace}/secrets" if namespace else "/api/v1/secrets"
    query = {"includeObject": "Metadata"} | ({"labelSelector": labels} if labels else {})
    columns: list[str] = []

    def keep(page: _Table) -> Iterator[Secret]:
        # Only the first page has to name the columns.
        columns[:] = [column.name for column in page.column_definitions] or columns
        if page.kind != "Table" or not {"Type", "Data"} <= set(columns):
            raise Unreadable(f"{cluster.server} did not answer with the table of Secrets that was asked for")
        return (_secret(row, columns) for row in page.rows)

    return read_list(cluster, path, _Table, keep, query, accept=_TABLE)


def secrets_of_table(data: bytes) -> tuple[Secret, ...]:
    """Return the Secrets of a table that somebody kept as a file. Raises Undecodable."""
    table = decode(data, _Table)
    columns = [column.name for column in table.column_definitions]
    return tuple(_secret(row, columns) for row in table.rows)


def _secret(row: _Row, columns: list[str]) -> Secret:
    cells = dict(zip(columns, row.cells, strict=False))
    meta = row.object.metadata
    count = cells.get("Data")
    keys = {key[2:] for managed in meta.managed_fields for key in managed.fields_v1.data if key.startswith("f:")}
    return Secret(
        metadata=ObjectMeta(**{field: getattr(meta, field) for field in ObjectMeta.__struct_fields__}),
        type=str(cells.get("Type") or ""),
        # Managers that were cleared, or that still list a key long gone: then the sizes differ and nothing is known.
        keys=tuple(sorted(keys)) if len(keys) == count else None,
        key_count=count if isinstance(count, int) else None,
        managers=tuple(dict.fromkeys(managed.manager for managed in meta.managed_fields)),
    )
