from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from preflight import Missing, facts
from preflight.access.identities import (
    KnownIdentity,
    Undetermined,
    ids_that_are_no_groups,
    is_filled_in,
    judged_identity,
    known_identities,
    lacking_scale_sets,
    whose,
)
from preflight.facts.azure import ClusterUserIdentity
from preflight.testing import cluster, guid, identity, managed_identity, resource_id

ADDON = identity("azurekeyvaultsecretsprovider-aks-cluedin-sample", 0x100)
OWN = managed_identity("id-cluedin", 0x400)
ON, OFF = cluster(addon=True), cluster()


def test_the_clusters_identities_come_first_and_are_listed_once() -> None:
    addon = facts.ManagedIdentity(id=(ADDON.resource_id or "").upper(), client_id=ADDON.client_id, name="again")
    roles = [one.role for one in known_identities(ON, (addon, OWN))]
    assert roles == ["add-on", "kubelet", "control plane", "own"]
    assert [one.role for one in known_identities(OFF, None)] == ["kubelet", "control plane"]
    assert known_identities(Missing(reason="403"), Missing(reason="403")) == ()


def test_a_control_plane_with_an_identity_of_ones_own() -> None:
    ids = {
        resource_id("Microsoft.ManagedIdentity/userAssignedIdentities", "id-control"): ClusterUserIdentity(
            client_id=guid(1), principal_id=guid(2)
        )
    }
    given = replace(OFF, identity=replace(OFF.identity, principal_id=None, user_assigned_identities=ids))
    found = whose(guid(2), known_identities(given, None))
    assert found is not None
    assert (found[0].role, found[0].name, found[1]) == ("control plane", "id-control", "object id")


def test_whose_id_it_is() -> None:
    known = known_identities(ON, (OWN,))
    kinds = [whose(one or "", known) for one in (ADDON.client_id, ADDON.object_id, ADDON.resource_id, OWN.id + "/")]
    assert [found and (found[0].role, found[1]) for found in kinds] == [
        ("add-on", "client id"),
        ("add-on", "object id"),
        ("add-on", "resource id"),
        ("own", "resource id"),
    ]
    assert whose(guid(0x999), known) is None
    assert whose("", known) is None


def test_the_identity_to_judge() -> None:
    def role(found: KnownIdentity | Undetermined) -> str:
        return found.role if isinstance(found, KnownIdentity) else "not yet" if found.not_yet else "open"

    assert role(judged_identity(None, ON, None)) == "add-on"
    assert role(judged_identity("$kvManagedIdentity", ON, None)) == "add-on"
    assert role(judged_identity(None, OFF, None)) == "not yet"
    assert role(judged_identity(OWN.client_id, OFF, (OWN,))) == "own"
    assert role(judged_identity(OWN.client_id, OFF, None)) == "open"
    assert role(judged_identity(OWN.client_id, Missing(reason="offline", why="offline"), None)) == "not yet"
    assert role(judged_identity(None, Missing(reason="403", why="refused"), None)) == "open"
    assert role(judged_identity(None, None, None)) == "open"


def test_ids_that_are_no_groups() -> None:
    assert {ADDON.client_id, ADDON.object_id} <= ids_that_are_no_groups(known_identities(ON, None))


def test_of_an_identity_without_a_resource_id_nothing_is_proven() -> None:
    bare = KnownIdentity(role="own", ids=facts.Identity(client_id=guid(1)))
    assert len(lacking_scale_sets(bare, (facts.ScaleSet(name="a"), facts.ScaleSet(name="b")))) == 0
    assert bare.label == "your own identity"
    assert bare.object == f"identity/{guid(1)}"


@given(st.text())
def test_only_a_guid_is_filled_in(text: str) -> None:
    assert not is_filled_in(text) or len(text) == len(guid(1))
