"""However the same objects are kept as files, the facts are the same."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.collect.documents import Given, read_files
from preflight.facts import Missing
from tests.collect import dumps

NODES = st.integers(min_value=1, max_value=4)
FORMS = ("list", "typed", "yaml", "stream", "objects", "array")


@st.composite
def piles(draw: st.DrawFn) -> list[dumps.Object]:
    """The objects of a cluster, its pods on its nodes, and what Azure says of it; lists may be partial."""
    nodes = [dumps.node(f"n-{number}") for number in range(draw(NODES))]
    pods = [
        dumps.pod(
            f"p-{number}",
            draw(st.sampled_from(["kube-system", "cluedin"])),
            on=f"n-{draw(st.integers(min_value=0, max_value=len(nodes) - 1))}",
        )
        for number in range(draw(st.integers(min_value=0, max_value=6)))
    ]
    others = [dumps.daemon_set("proxy"), dumps.secret(), dumps.secret("other"), dumps.provider_class()]
    azure = [dumps.managed_cluster(), dumps.agent_pool(), dumps.vault(), dumps.role_assignment()]
    listed = [dumps.vault_secret("a"), dumps.vault_secret("b")]
    return [*nodes, *pods, *others, *azure, *listed]


def is_kubernetes(item: dumps.Object) -> bool:
    return "apiVersion" in item


def az_shape(item: dumps.Object) -> dumps.Object:
    return dumps.flat(item) if "properties" in item and "vaultUri" not in item["properties"] else item


def written(items: Sequence[dumps.Object], form: str) -> bytes:
    """Some objects as one text; az's lists are arrays whatever the form."""
    if form == "array" or not all(is_kubernetes(item) for item in items):
        return dumps.as_yaml(list(items)) if form == "yaml" else dumps.as_json(list(items))
    if form == "typed" and len({(item["kind"], item["apiVersion"]) for item in items}) == 1:
        kind, version = items[0]["kind"], items[0]["apiVersion"]
        bare = [{key: value for key, value in item.items() if key not in ("kind", "apiVersion")} for item in items]
        return dumps.as_json(dumps.listing(bare, f"{kind}List", version))
    if form == "stream":
        return dumps.as_yaml(*items)
    if form == "objects":
        return b"\n".join(dumps.as_json(item) for item in items)
    document = dumps.listing(items)
    return dumps.as_yaml(document) if form == "yaml" else dumps.as_json(document)


PACK: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda data: data,
    "gzip": dumps.gzipped,
    "utf-16": lambda data: data.decode().encode("utf-16"),
    "mark": lambda data: data.decode().encode("utf-8-sig"),
    "invoked": lambda data: dumps.as_json(dumps.invoked(data.decode())),
    "zip": lambda data: dumps.zipped({"dump.json": data}),
    "zip of gzip": lambda data: dumps.zipped({"a/b/dump.gz": dumps.gzipped(data)}),
}


def read(files: Sequence[bytes], *, as_directory: bool = False) -> Given:
    with TemporaryDirectory() as folder:
        paths = dumps.write(Path(folder), files)
        return read_files([Path(folder)] if as_directory else paths)


@settings(max_examples=150, deadline=None)
@given(items=piles(), data=st.data())
def test_the_same_objects_in_any_files_are_the_same_facts(items: list[dumps.Object], data: st.DataObject) -> None:
    kubernetes = [item for item in items if is_kubernetes(item)]
    azure = [item for item in items if not is_kubernetes(item)]
    plain = read([dumps.as_json(dumps.listing(kubernetes)), dumps.as_json({"value": azure})])
    shaped = [az_shape(item) if data.draw(st.booleans()) else item for item in azure]
    files = [
        PACK[data.draw(st.sampled_from(sorted(PACK)))](written(part, data.draw(st.sampled_from(FORMS))))
        for group in (kubernetes, shaped)
        for part in parts(group, data.draw(st.randoms(use_true_random=False)))
    ]
    files = data.draw(st.permutations(files))
    other = read(files, as_directory=data.draw(st.booleans()))
    assert other.facts == plain.facts
    assert other.listed == plain.listed
    assert other.notes == plain.notes


def parts(items: Sequence[dumps.Object], chance: random.Random) -> list[list[dumps.Object]]:
    """Deal the items out to a few files in any order; none stays empty."""
    shuffled = chance.sample(list(items), len(items))
    count = chance.randint(1, 4)
    return [part for start in range(count) if (part := shuffled[start::count])]


@settings(max_examples=100, deadline=None)
@given(
    versions=st.lists(st.integers(min_value=1, max_value=3), min_size=2, max_size=5),
    chance=st.randoms(use_true_random=False),
)
def test_in_whatever_order_the_files_come_the_same_copy_wins(versions: list[int], chance: random.Random) -> None:
    copies = [
        dumps.as_json(dumps.pod("p", version=version, priority=number)) for number, version in enumerate(versions)
    ]
    with TemporaryDirectory() as folder:
        paths = dumps.write(Path(folder), copies)
        one, two = read_files(paths), read_files(chance.sample(paths, len(paths)))
    assert one.listed == two.listed
    [pod] = one.listed["pods"] if "pods" in one.listed else one.facts["pods"]
    assert versions[pod.spec.priority] == max(versions)


def test_reading_twice_gives_the_same() -> None:
    files = [dumps.as_json(dumps.listing(dumps.small_cluster())), dumps.as_json([dumps.vault_secret("a")])]
    with TemporaryDirectory() as folder:
        paths = dumps.write(Path(folder), files)
        one, two = read_files(paths), read_files(paths)
    assert one == two
    assert not any(isinstance(value, Missing) and value.why == "partial" for value in one.facts.values())
