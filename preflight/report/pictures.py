"""The pictures of a result in words and shares: what is drawn of nodes and Secrets, made ready for a page.

Of a pool only what asks for attention is shown in full; nodes where all is well are one line with the range of each
number, and open on demand: so a cluster of thousands reads like one of seven.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from preflight.model import NodePicture, SecretPicture, Use
from preflight.report.evidence import common
from preflight.report.summary import CALM

_FEW = 4
"""Nodes where all is well that are shown one by one all the same."""


@dataclass(frozen=True, kw_only=True)
class Meter:
    """A bar from 0 to 100 (`before`, `added`, `limit` are widths; `limit` is where the node ends) and what it says."""

    text: str
    before: float
    added: float
    limit: float
    over: bool


@dataclass(frozen=True, kw_only=True)
class NodeLine:
    """A node as a line: how loud, its name, what the add-on does there, whom it pushes out, and its three meters."""

    status: str
    name: str
    effect: str
    victims: tuple[str, ...]
    slots: Meter
    cpu: Meter
    memory: Meter


@dataclass(frozen=True, kw_only=True)
class Pool:
    """A pool: its nodes that ask for attention, those that do not, and the latter as one row of ranges."""

    name: str
    summary: str
    loud: tuple[NodeLine, ...]
    calm: tuple[NodeLine, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Evicted:
    """A pod that the add-on pushes out, and the node it is pushed from."""

    pod: str
    node: str


def evicted(nodes: Iterable[NodePicture] | None) -> list[Evicted]:
    """Return who is pushed out, in the order of the picture."""
    return [Evicted(pod=victim, node=node.node) for node in nodes or () for victim in node.victims]


def pools(nodes: Iterable[NodePicture] | None) -> list[Pool]:
    """Return the pools in the order of the picture."""
    return [_pool(name, list(members)) for name, members in groupby(nodes or (), key=lambda node: node.pool)]


def chains(secrets: Sequence[SecretPicture] | None) -> list[SecretPicture]:
    """Return the chains of Secrets, broken ones first."""
    return sorted(secrets or (), key=lambda secret: not secret.broken)


def _pool(name: str, nodes: Sequence[NodePicture]) -> Pool:
    effects = Counter(node.effect for node in nodes)
    counted = "1 node" if len(nodes) == 1 else f"{len(nodes)} nodes"
    loud = [node for node in nodes if node.status not in CALM]
    calm = [node for node in nodes if node.status in CALM]
    if len(calm) <= _FEW:
        loud, calm = [*loud, *calm], []
    return Pool(
        name=name,
        summary=f"{counted}: " + ", ".join(f"{n} {effect}" for effect, n in effects.items()),
        loud=tuple(_line(node) for node in loud),
        calm=tuple(_line(node) for node in calm),
        others=_ranges(calm) if calm else (),
    )


def _line(node: NodePicture) -> NodeLine:
    return NodeLine(
        status=node.status.value,
        name=node.node,
        effect=node.effect,
        victims=node.victims,
        slots=meter(node.slots, str),
        cpu=meter(node.cpu, str, "m"),
        memory=meter(node.memory, _gibibytes, " GiB"),
    )


def meter(use: Use, amount: Callable[[int], str], unit: str = "") -> Meter:
    """Return the bar of a use, as wide as the larger of what the node can give and what would be asked of it.

    >>> made = meter(Use(before=29, added=2, limit=30), str)
    >>> made.text, made.over, round(made.before), round(made.before + made.added), round(made.limit)
    ('29 + 2 of 30', True, 94, 100, 97)
    """
    before, after, limit = (max(amount, 0) for amount in (use.before, use.before + use.added, use.limit))
    scale = max(limit, after, 1)
    sums = (use.before, use.added) if use.added else (use.before,)
    return Meter(
        text=f"{' + '.join(map(amount, sums))} of {amount(use.limit)}{unit}",
        before=100 * before / scale,
        added=100 * max(after - before, 0) / scale,
        limit=100 * limit / scale,
        over=after > limit,
    )


def _gibibytes(amount: int) -> str:
    return f"{amount / 2**30:.1f}"


def _ranges(nodes: Sequence[NodePicture]) -> tuple[str, ...]:
    """Return how many these are and, over all of them, their effect, slots, cpu and memory with the add-on."""
    effects = {node.effect for node in nodes}
    return (
        f"{len(nodes)} others",
        effects.pop() if len(effects) == 1 else "",
        common([str(node.slots.before + node.slots.added) for node in nodes])
        + " of "
        + common([str(node.slots.limit) for node in nodes]),
        common([_percent(node.cpu) for node in nodes]),
        common([_percent(node.memory) for node in nodes]),
    )


def _percent(use: Use) -> str:
    return f"{round(100 * (use.before + use.added) / use.limit)} %" if use.limit > 0 else "100 %"
