"""The package against the documented rules written down a second time: 0 disagreements."""

from collections import Counter
from typing import get_args

import pytest

from preflight.access.actions import Operation
from preflight.access.effective import Evidence
from preflight.access.view import access_view
from preflight.collect.shapes import decode, decode_all
from preflight.facts import DenyAssignment, GroupMembership, RoleAssignment, RoleAssignments, RoleDefinition, Vault
from tests.access import documented
from tests.access.scenarios import ME, ROWS, Document, World, flattened

WORLDS = 2000
OPERATIONS: tuple[Operation, ...] = get_args(Operation)


def evidence_of(world: World, *, as_az_prints_it: bool) -> Evidence:
    def shaped(documents: list[Document]) -> object:
        return [flattened(document) for document in documents] if as_az_prints_it else {"value": documents}

    return Evidence(
        vault=decode(flattened(world.vault) if as_az_prints_it else world.vault, Vault),
        assignments=RoleAssignments(items=decode_all(shaped(world.assignments), RoleAssignment)),
        definitions=decode_all(shaped(world.definitions), RoleDefinition),
        denials=None if world.denials is None else decode_all(shaped(world.denials), DenyAssignment),
        memberships=None
        if world.groups is None
        else (GroupMembership(principal_id=ME.upper(), groups=tuple(sorted(world.groups))),),
    )


@pytest.mark.parametrize("as_az_prints_it", [False, True], ids=["rest", "az"])
def test_every_answer_is_the_documented_one(*, as_az_prints_it: bool) -> None:
    seen: Counter[str] = Counter()
    disagreements = []
    for seed in range(WORLDS):
        world = World(seed)
        view = access_view(ME, ROWS[1:], evidence_of(world, as_az_prints_it=as_az_prints_it))
        for row in ROWS:
            for operation in OPERATIONS:
                expected = documented.answer(
                    ME, operation, row, world.vault, world.assignments, world.definitions, world.denials, world.groups
                )
                seen[expected] += 1
                if view.objects[row][operation].answer != expected:
                    disagreements.append((seed, row, operation, expected, view.objects[row][operation]))
    assert disagreements == []
    # The world is worth something only if every answer is frequent in it.
    assert min(seen[word] for word in ("granted", "refused", "undecidable")) > WORLDS
