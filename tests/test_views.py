import msgspec
import pytest

from preflight.cli.judging import checks_wanted, judged
from preflight.demo import sample
from preflight.facts import Snapshot
from preflight.model import STAGES, Stage
from preflight.settings import Settings
from preflight.views import views


@pytest.mark.parametrize("stage", STAGES)
def test_every_sample_has_both_pictures(stage: Stage) -> None:
    made = views(sample(stage))
    assert made.nodes
    assert made.secrets


def test_nodes_stand_pool_by_pool_the_worst_first() -> None:
    nodes = views(sample("enable")).nodes or ()
    pools = [picture.pool for picture in nodes]
    assert len(set(pools)) == sum(1 for i, pool in enumerate(pools) if pool not in pools[:i])
    assert [pool for i, pool in enumerate(pools) if i == 0 or pools[i - 1] != pool] == list(dict.fromkeys(pools))
    loudness = [picture.status.loudness for picture in nodes]
    assert loudness[0] == max(loudness)
    for pool in set(pools):
        inside = [picture.status.loudness for picture in nodes if picture.pool == pool]
        assert inside == sorted(inside, reverse=True)


def test_the_numbers_are_those_of_the_story() -> None:
    nodes = {picture.node: picture for picture in views(sample("enable")).nodes or ()}
    full = next(
        picture for picture in nodes.values() if picture.slots.before + picture.slots.added > picture.slots.limit
    )
    assert (full.slots.before, full.slots.added, full.slots.limit) == (29, 2, 30)
    assert full.victims


def test_what_was_not_read_is_not_drawn() -> None:
    made = views(Snapshot(header=sample("enable").header))
    assert made.nodes is None
    assert made.secrets is None


def test_a_quantity_that_is_none_costs_the_picture_and_no_verdict() -> None:
    whole = sample("verify")
    first, *others = whole.get("nodes")
    status = msgspec.structs.replace(first.status, allocatable={**first.status.allocatable, "memory": "a lot"})
    nodes = (msgspec.structs.replace(first, status=status), *others)
    damaged = Snapshot(header=whole.header, facts={**whole.facts, "nodes": nodes})
    assert views(damaged).nodes is None
    catalog, offers = checks_wanted((), (), packs=False)
    found, before = (
        {outcome.id: outcome.status for outcome in judged(it, catalog, offers, Settings()).outcomes}
        for it in (damaged, whole)
    )
    lost = {check for check in found if found[check] != before[check]}
    assert "node-resource-pressure" in lost
    assert {found[check] for check in lost} == {"unknown"}
