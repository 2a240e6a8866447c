"""The stand-in answers as Azure documents it (azure.md 10), seen through the real SDK client; what it lacks is 404."""

from collections.abc import Callable
from pathlib import Path

import pytest
from azure.core.exceptions import HttpResponseError

from preflight.collect.azure import connect
from preflight.collect.azure.arm import Arm, answers, items
from tests.azure import scene
from tests.azure.replay import Replay

pytestmark = pytest.mark.loopback

Listed = Callable[..., list[str]]


@pytest.fixture
def arm(replay: Replay, ca_file: Path) -> Arm:
    cloud = replay.cloud(ca_file)
    return Arm(cloud=cloud, account=connect(cloud))


@pytest.fixture
def listed(arm: Arm) -> Listed:
    def listed(scope: str, filter: str | None = None) -> list[str]:
        with arm.authorization(scene.SUBSCRIPTION) as client:
            pages = answers(client.role_assignments.list_for_scope, scope.lstrip("/"), filter=filter)
        return sorted(item["name"] for item in items(pages))

    return listed


def test_without_a_filter_everything_above_and_below(listed: Listed) -> None:
    every = ["at-object", "at-vault", "of-kubelet", "of-others", "through-group", "to-client-id"]
    assert listed(scene.VAULT) == every
    assert listed(scene.GROUP) == sorted([*every, "sibling"])


def test_at_scope_leaves_out_what_lies_below(listed: Listed) -> None:
    assert "at-object" not in listed(scene.VAULT, "atScope()")
    assert listed(scene.GROUP, "atScope()") == ["through-group"]


def test_principal_id_is_that_id_only(listed: Listed) -> None:
    assert listed(scene.VAULT, f"principalId eq '{scene.ADDON_OBJECT}'") == ["at-object", "at-vault"]
    assert listed(scene.VAULT, f"principalId eq '{scene.READERS_GROUP}'") == ["through-group"]


def test_assigned_to_resolves_groups(listed: Listed) -> None:
    resolved = f"assignedTo('{scene.ADDON_OBJECT}')"
    assert listed(scene.VAULT, resolved) == ["at-object", "at-vault", "through-group"]
    assert listed(scene.VAULT, f"atScope() and {resolved}") == ["at-vault", "through-group"]


def test_a_scope_is_compared_by_whole_segments_and_without_case(listed: Listed) -> None:
    assert listed(f"{scene.VAULT}2", "atScope()") == ["sibling", "through-group"]
    assert listed(scene.VAULT.upper(), "atScope()") == listed(scene.VAULT, "atScope()")


def test_a_management_group_applies_below(replay: Replay, listed: Listed) -> None:
    group = "/providers/Microsoft.Management/managementGroups/mg-1"
    replay.assignments = [scene.assignment("mg", scene.ADDON_OBJECT, scene.SECRETS_USER, group)]
    assert listed(scene.VAULT, "atScope()") == ["mg"]


@pytest.mark.parametrize("filter", [f"assignedTo('{scene.READERS_GROUP}')", "principalName eq 'x'", "atScope"])
def test_a_filter_azure_does_not_know_is_refused(listed: Listed, filter: str) -> None:
    with pytest.raises(HttpResponseError):
        listed(scene.VAULT, filter)


def test_what_it_does_not_hold_is_not_there(arm: Arm) -> None:
    with arm.vaults(scene.SUBSCRIPTION) as client, pytest.raises(HttpResponseError) as caught:
        client.vaults.get("rg-cluedin", "kv-typo")
    assert caught.value.error is not None
    assert (caught.value.status_code, caught.value.error.code) == (404, "ResourceNotFound")
