"""What a text holds, by its content and never by its name: Kubernetes objects, Azure resources, a bundle of ours.

Nothing is decoded here beyond the few fields that tell what a thing is: the rest stays bytes of the file until it is
trimmed into a fact.
"""

import re
from collections.abc import Iterator, Mapping

import msgspec

from preflight.bundle import SCHEMA_PREFIX
from preflight.collect.documents.azure_resources import LISTED, azure_resource
from preflight.collect.documents.found import Found, in_brackets, safe, unread, unusable
from preflight.collect.documents.peeking import Head, array, field, head_of, integer, is_null, string
from preflight.collect.documents.split import Malformed, documents
from preflight.collect.documents.unpack import EXPECTED, NotUsable
from preflight.facts import Fact

MAX_FOUND = 250_000
"""Objects of one text: the largest cluster that Kubernetes supports has 150,000 pods."""

_RESULT = "cluedin-preflight/result/"  # the report's, which readers do not import
_MAX_LISTS = 2  # lists within one another
_MAX_WRAPPERS = 2  # az aks command invoke around kubectl; anything deeper is no dump

_OTHER_KUBERNETES = {
    ("", "secrets"): "secrets",
    ("", "namespaces"): "namespaces",
    ("metrics.k8s.io", "podmetricses"): "pod_metrics",  # served as `pods` of that group
    ("cert-manager.io", "certificates"): "cert_manager_certificates",
    ("secrets-store.csi.x-k8s.io", "secretproviderclasses"): "secret_provider_classes",
    ("secrets-store.csi.x-k8s.io", "secretproviderclasspodstatuses"): "secret_provider_class_pod_statuses",
}

_INVOKED = re.compile(
    rb"(?:\x1b\[[0-9;]*m)*command started at .+?, finished at (.+?) with exitcode=(-?\d{1,9})[^\n]*\n"
)
_INVOKED_LENGTH = 500  # of that line; a longer one would be searched again and again
_ADJACENT_KIND = re.compile(rb'"apiVersion":\s*"([^"\n]*)",\s*"kind":\s*"(\w+)"|apiVersion: (\S+)\n *kind: (\w+)')


Kinds = Mapping[tuple[str, str], str]
"""API group and plural name of a Kubernetes kind, to the name of its fact."""


def kinds_of(facts: Mapping[str, Fact]) -> Kinds:
    """Return which Kubernetes kinds are read: those of ours, and any whose fact names the path it is listed from.

    >>> kinds_of(FACTS)[("apps", "daemonsets")]
    'daemon_sets'
    """
    listed = {}
    for fact in facts.values():
        if fact.path:
            segments = fact.path.strip("/").split("/")
            listed["" if segments[0] == "api" else segments[1], segments[-1]] = fact.name
    others = {kind: name for kind, name in _OTHER_KUBERNETES.items() if name in facts or name == "namespaces"}
    return {**listed, **others}


def recognise(data: bytes, kinds: Kinds) -> Iterator[Found]:
    """Yield what a text holds, in its order. Raises NotUsable where it is nothing that anybody would read."""
    for number, found in enumerate(_text(data, kinds, wrappers=0)):
        if number == MAX_FOUND:
            raise NotUsable(f"more than {MAX_FOUND} objects; give less at a time, a file for each kind")
        yield found


def kinds_named(data: bytes, kinds: Kinds) -> set[str]:
    """Return the facts whose kinds a damaged text shows: what it lost of them, nobody knows."""
    found = set()
    for match in _ADJACENT_KIND.finditer(data):
        version, kind = (match[1] or match[3], match[2] or match[4])
        fact = kinds.get((_group(version.decode("utf-8", "replace")), _plural(kind.decode("utf-8", "replace"))))
        if fact:
            found.add(fact)
    return found


def _text(data: bytes, kinds: Kinds, *, wrappers: int) -> Iterator[Found]:
    head = _INVOKED.match(data[:_INVOKED_LENGTH])
    if head:
        yield from _logs(data[head.end() :], int(head[2]), head[1].decode("utf-8", "replace"), kinds, wrappers)
        return
    for document in documents(data):
        place = f"line {document.line}: " if document.line > 1 else ""
        yield from _document(document.raw, place, kinds, wrappers=wrappers, is_yaml=document.is_yaml)


# --- one JSON value ---


def _document(raw: msgspec.Raw, place: str, kinds: Kinds, *, wrappers: int, is_yaml: bool) -> Iterator[Found]:
    """Yield what one document of a text holds."""
    listed = array(raw)
    if listed is not None:
        yield from _azure_list(listed, place, kinds, cut="")
        return
    head = head_of(raw)
    if head is None:
        yield unusable(place, f"neither an object nor a list of objects; expected {EXPECTED}")
        return
    schema = string(head.schema) or ""
    if schema.startswith(SCHEMA_PREFIX):
        yield Found("bundle", raw, place)
    elif schema.startswith(_RESULT):
        yield Found("result", raw, place)
    elif (wrapped := _wrapped(head)) is not None:
        logs, code, at = wrapped
        yield from _logs(logs.encode("utf-8", "replace"), code, at, kinds, wrappers)
    elif is_yaml and head.items and not string(head.kind):
        # kubectl writes `kind: List` below the items.
        raise Malformed(f"{place}cut off: a list without the `kind` that kubectl writes at its end", cut_off=True)
    elif (values := array(head.value)) is not None:
        cut = "the answer has another page (nextLink)" if string(head.nextLink) else ""
        empty = string(field(raw, "fact")) or "" if not values else ""
        yield from _azure_list(values, place, kinds, cut=cut, empty=empty)
    else:
        yield from _object(raw, head, place, kinds)


def _wrapped(head: Head) -> tuple[str, int, str | None] | None:
    """Return logs, exit code and end of what `az aks command invoke` printed; None for anything else."""
    if not head.exitCode and head.properties:
        head = head_of(head.properties) or head
    code = integer(head.exitCode)
    if code is None or not head.logs:
        return None
    return string(head.logs) or "", code, string(head.finishedAt)


def _logs(data: bytes, code: int, at: str | None, kinds: Kinds, wrappers: int) -> Iterator[Found]:
    if code:
        raise NotUsable(
            f"the command that `az aks command invoke` ran ended with exit code {code}, so its logs are no list"
        )
    if wrappers == _MAX_WRAPPERS or not data.strip():
        raise NotUsable("`az aks command invoke` without logs of its command")
    try:
        for found in _text(data, kinds, wrappers=wrappers + 1):
            yield found._replace(place=f"logs: {found.place}", at=found.at or at)
    except Malformed as error:
        if error.cut_off:
            raise Malformed(
                "the logs of `az aks command invoke` are cut off: it returns only so much; ask for less at a time, "
                "one kind and namespace per command",
                cut_off=True,
            ) from None
        raise Malformed(f"logs: {error}") from None


def _object(
    raw: msgspec.Raw, head: Head, place: str, kinds: Kinds, *, of: tuple[str, str] = ("", ""), lists: int = 0
) -> Iterator[Found]:
    """Yield what one object is.

    `of` is API version and kind of the list it came in, which its items may leave out; `lists` is how many lists it is
    in.
    """
    version, kind = string(head.apiVersion) or of[0], string(head.kind) or of[1]
    items = [] if head.items and is_null(head.items) else array(head.items)
    if items is not None and lists < _MAX_LISTS and (kind.endswith("List") or not kind):
        for found in _items(items, (version, kind.removesuffix("List")), place, kinds, lists + 1):
            yield found._replace(cut=_goes_on(head.metadata)) if found.what else found
    elif version and kind == "Table":
        yield from _table(raw, head, place, kinds)
    elif version and kind == "APIGroupList":
        yield Found("api_groups", raw, place)
    elif version and kind == "Status":
        yield unusable(place, f"an error answer of the API server{in_brackets(head.reason)} instead of a list")
    elif version and kind:
        fact = kinds.get((_group(version), _plural(kind)))
        yield Found(fact, raw, place) if fact else unread(place, f"nothing here reads {safe(kind)}")
    elif field(raw, "app_version") and field(raw, "chart"):
        yield Found("helm_releases", raw, place)
    else:
        yield azure_resource(raw, head, place)


def _items(items: list[msgspec.Raw], of: tuple[str, str], place: str, kinds: Kinds, lists: int) -> Iterator[Found]:
    version, kind = of
    fact = kinds.get((_group(version), _plural(kind)), "") if kind else ""
    if not items and fact:
        yield Found(fact, None, place)
    elif not items:
        yield unread(place, f"an empty list; nothing here reads {safe(kind)}" if kind else "an empty list has no kind")
    for index, item in enumerate(items):
        yield from _object(item, head_of(item) or Head(), f"{place}items[{index}]", kinds, of=of, lists=lists)


def _table(raw: msgspec.Raw, head: Head, place: str, kinds: Kinds) -> Iterator[Found]:
    """A Table of the server: of Secrets it is what we ask for ourselves; others may carry whole objects."""
    rows = array(head.rows) or []
    for index, row in enumerate(rows):
        item = field(row, "object")
        inner = head_of(item) if item else None
        if item and inner and string(inner.kind) not in (None, "PartialObjectMetadata"):
            for found in _object(item, inner, f"{place}rows[{index}].object", kinds):
                yield found._replace(cut=_goes_on(head.metadata)) if found.what else found
        else:
            break
    else:
        if not rows:
            yield unread(place, "an empty table has no kind")
        return
    columns = [string(field(column, "name")) for column in array(field(raw, "columnDefinitions")) or []]
    if columns[:4] == ["Name", "Type", "Data", "Age"]:
        yield Found("secrets", raw, place, is_table=True, cut=_goes_on(head.metadata))
    else:
        yield unusable(place, "a table of the API server without the objects; use `kubectl get -o json`")


def _goes_on(metadata: msgspec.Raw) -> str:
    """Say so where a list's metadata holds a token for the rest of it."""
    return "the list goes on (metadata.continue)" if string(field(metadata, "continue")) else ""


def _azure_list(items: list[msgspec.Raw], place: str, kinds: Kinds, *, cut: str, empty: str = "") -> Iterator[Found]:
    """Yield what the items are; of an empty list `empty` is its fact, where our scripts have written that beside it."""
    if empty in LISTED:
        yield Found(empty, None, place)
    elif not items:
        yield unread(place, "an empty list has no kind")
    for index, item in enumerate(items):
        for found in _object(item, head_of(item) or Head(), f"{place}[{index}]", kinds, lists=1):
            yield found._replace(cut=cut or found.cut) if found.what else found


def _group(version: str) -> str:
    return version.rpartition("/")[0]


def _plural(kind: str) -> str:
    """Return a kind's plural as Kubernetes guesses it.

    >>> _plural("PriorityClass"), _plural("NetworkPolicy"), _plural("Pod")
    ('priorityclasses', 'networkpolicies', 'pods')
    """
    name = kind.lower()
    if name.endswith("s"):
        return name + "es"
    return name[:-1] + "ies" if name.endswith("y") else name + "s"
