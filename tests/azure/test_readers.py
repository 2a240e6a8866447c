"""Every Azure fact through the real SDK clients, and which requests were made for it."""

from typing import Any

import pytest

from preflight import facts
from preflight.collect.azure import ACCOUNT, Account
from preflight.facts import FACTS, Missing
from preflight.testing import class_pod_status
from tests.azure import scene
from tests.azure.conftest import Ask
from tests.azure.replay import CANARY, OPERATOR, TENANT, Answer, Replay, error, refusal

pytestmark = pytest.mark.loopback

VALUES = scene.values(keyvaultName="kv-cluedin")
AT_VAULT = f"{scene.VAULT}/providers/Microsoft.Authorization"


def test_who_we_are_is_told_without_the_token(ask: Ask) -> None:
    account = ask(ACCOUNT)
    assert isinstance(account, Account)
    assert account.described == f"operator@example.org, tenant {TENANT}, through the environment"
    assert (account.object_id, account.type) == (OPERATOR, "User")
    assert "unsigned" not in repr(account)


def test_a_service_principal_is_named_by_its_application(ask: Ask, replay: Replay) -> None:
    replay.claims = {"appid": "app-1", "idtyp": "app", "oid": OPERATOR, "tid": TENANT}
    account = ask(ACCOUNT)
    assert (account.name, account.type) == ("app-1", "ServicePrincipal")


def test_every_azure_fact_has_a_reader(ask: Ask) -> None:
    wanted = [name for name, fact in FACTS.items() if fact.source in ("azure", "vault")]
    assert set(ask(*wanted, values=VALUES)) == set(wanted)


def test_one_token_for_each_audience_serves_all_clients(ask: Ask, replay: Replay) -> None:
    ask("cluster", "identities", "role_assignments", "vault_secrets", "vault_certificates", values=VALUES)
    assert len(replay.asked("/oauth2/v2.0/token")) == 2  # Resource Manager and the vault


def test_api_versions_are_pinned(ask: Ask, replay: Replay) -> None:
    ask("cluster", "identities", "role_definitions", "deny_assignments", "vault_secrets", values=VALUES)
    versions = {
        request.path.rsplit("/providers/", 1)[-1].split("/")[0]: request.api_version
        for request in replay.log
        if request.api_version
    }
    assert versions == {
        "microsoft.containerservice": "2026-08-01",
        "microsoft.keyvault": "2026-05-15",
        "microsoft.managedidentity": "2024-11-30",
        "microsoft.authorization": "2022-04-01",
        "": "7.6",
    }


def test_nothing_is_ever_written(ask: Ask, replay: Replay) -> None:
    wanted = [name for name, fact in FACTS.items() if fact.source in ("azure", "vault")]
    ask(*wanted, values=VALUES)
    posts = {request.path for request in replay.log if request.method != "GET"}
    assert {path.rsplit("/", 1)[-1] for path in posts} == {"token", "checknameavailability"}


def test_a_missing_resource_provider_is_not_registered(ask: Ask, replay: Replay) -> None:
    text = "The subscription is not registered to use namespace 'Microsoft.KeyVault'."
    body = {"error": {"code": "MissingSubscriptionRegistration", "message": text}}
    listing = f"/subscriptions/{scene.SUBSCRIPTION}/providers/Microsoft.KeyVault/vaults"
    replay.script(listing, Answer(status=409, body=body))
    assert isinstance(ask("vault", values=VALUES), Missing)
    assert not replay.asked("/register")


# --- who may do what ---


def test_assignments_at_above_and_below_the_vault_through_groups(ask: Ask, replay: Replay) -> None:
    listing = ask("role_assignments", values=VALUES)
    assert isinstance(listing, facts.RoleAssignments)
    assert (listing.assigned_to, listing.with_objects) == (scene.ADDON_OBJECT, True)
    names = {item.id.rsplit("/", 1)[-1] for item in listing.items}
    assert names == {"at-vault", "through-group", "at-object", "of-kubelet", "to-client-id"}
    resolved = f"assignedTo('{scene.ADDON_OBJECT}')"
    asked = [request.query.get("$filter") for request in replay.asked("/roleassignments")]
    assert asked == [f"atScope() and {resolved}", resolved, "atScope()"]


def test_the_identity_the_values_name_is_the_one_asked_about(ask: Ask) -> None:
    values = scene.values(keyvaultName="kv-cluedin", userAssignedIdentityID=scene.KUBELET_CLIENT.upper())
    assert ask("role_assignments", values=values).assigned_to == scene.KUBELET_OBJECT


def test_an_identity_of_ones_own_is_found_in_another_subscription(ask: Ask, replay: Replay) -> None:
    own = scene.identity("/subscriptions/other/own", "cccccccc-0000-4000-8000-000000000001", scene.SOMEBODY)
    subscriptions = [{"subscriptionId": of} for of in (scene.SUBSCRIPTION, scene.OTHER_SUBSCRIPTION)]
    replay.put_list("/subscriptions", subscriptions)
    other = f"/subscriptions/{scene.OTHER_SUBSCRIPTION}/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
    replay.put_list(other, [own])
    values = scene.values(keyvaultName="kv-cluedin", userAssignedIdentityID="cccccccc-0000-4000-8000-000000000001")
    identities = ask("identities", values=values)
    assert {identity.name for identity in identities} >= {"own"}


def test_before_the_add_on_is_on_its_grants_are_not_yet(ask: Ask, replay: Replay) -> None:
    clusters = f"/subscriptions/{scene.SUBSCRIPTION}/providers/Microsoft.ContainerService/managedClusters"
    replay.put_list(clusters, [scene.cluster(addon=False)])
    missing = ask("role_assignments", values=VALUES)
    assert (missing.why, missing.is_skip) == ("not-yet", True)


def test_definitions_are_asked_for_by_id_and_one_that_is_gone_is_left_out(ask: Ask, replay: Replay) -> None:
    gone = "dddddddd-0000-4000-8000-000000000001"
    replay.assignments.append(scene.assignment("gone", scene.ADDON_OBJECT, gone, scene.VAULT))
    definitions = ask("role_definitions", values=VALUES)
    assert {item.role_name for item in definitions} == {"Key Vault Secrets User", "Key Vault Certificate User"}
    assert not replay.asked("/roledefinitions")
    assert replay.asked(gone)


def test_deny_assignments_at_and_below_the_vault(ask: Ask, replay: Replay) -> None:
    def deny(name: str, scope: str) -> dict[str, Any]:
        properties = {
            "denyAssignmentName": name,
            "scope": scope,
            "permissions": [{"dataActions": ["*"], "condition": None}],
            "principals": [{"id": "00000000-0000-0000-0000-000000000000", "type": "SystemDefined"}],
            "excludePrincipals": None,
            "doNotApplyToChildScopes": False,
        }
        return {"id": f"{scope}/providers/Microsoft.Authorization/denyAssignments/{name}", "properties": properties}

    replay.denials = [deny("above", scene.GROUP), deny("object", f"{scene.VAULT}/secrets/x"), deny("away", "/other")]
    replay.denials.append(deny("cluster", scene.CLUSTER))
    denials = ask("deny_assignments", values=VALUES)
    assert {item.deny_assignment_name for item in denials} == {"above", "object", "cluster"}
    assert denials[0].permissions[0].data_actions == ("*",)


def test_groups_come_from_graph_page_by_page(ask: Ask, replay: Replay) -> None:
    members = [{"id": f"group-{number:03}", "@odata.type": "#microsoft.graph.group"} for number in range(60)]
    members.append({"id": "role", "@odata.type": "#microsoft.graph.directoryRole"})
    replay.put_list(f"/v1.0/servicePrincipals/{scene.ADDON_OBJECT}/transitiveMemberOf", members)
    [membership] = ask("group_memberships")
    assert membership.principal_id == scene.ADDON_OBJECT
    assert membership.groups == tuple(f"group-{number:03}" for number in range(60))
    assert len(replay.asked("/transitivememberof")) == 3


def test_what_the_operator_may_do(ask: Ask, replay: Replay) -> None:
    replay.put_list(f"{AT_VAULT}/permissions", [{"actions": ["*/read"], "notActions": [], "dataActions": None}])
    eligible = {"properties": {"roleDefinitionId": f"/x/roleDefinitions/{scene.SECRETS_USER.upper()}"}}
    replay.put_list(f"{AT_VAULT}/roleEligibilityScheduleInstances", [eligible])
    operator = ask("operator", values=VALUES)
    assert (operator.name, operator.object_id, operator.tenant_id) == ("operator@example.org", OPERATOR, TENANT)
    assert [scoped.scope for scoped in operator.scopes] == [scene.VAULT]  # the cluster's were not to be had
    assert operator.scopes[0].permissions[0].actions == ("*/read",)
    assert operator.eligible_roles == (scene.SECRETS_USER,)


def test_locks_that_matter_are_kept_and_the_others_are_not(ask: Ask, replay: Replay) -> None:
    def lock(name: str, scope: str) -> dict[str, Any]:
        resource = f"{scope}/providers/Microsoft.Authorization/locks/{name}"
        return {"id": resource, "name": name, "properties": {"level": "ReadOnly", "notes": None}}

    subscription = f"/subscriptions/{scene.SUBSCRIPTION}"
    replay.put_list(
        f"{subscription}/providers/Microsoft.Authorization/locks",
        [
            lock("subscription", subscription),
            lock("group", scene.GROUP.lower()),
            lock("scale-set", f"{scene.NODE_GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/a"),
            lock("sibling", f"{scene.GROUP}-2"),
        ],
    )
    assert {lock.name for lock in ask("locks", values=VALUES)} == {"subscription", "group", "scale-set"}


# --- where the nodes stand ---


def test_scale_sets_networks_and_addresses(ask: Ask, replay: Replay) -> None:
    address = f"{scene.NODE_GROUP}/providers/Microsoft.Network/publicIPAddresses/out"
    subnet = f"{scene.GROUP}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/nodes"
    clusters = f"/subscriptions/{scene.SUBSCRIPTION}/providers/Microsoft.ContainerService/managedClusters"
    outbound = {"outboundType": "loadBalancer", "loadBalancerProfile": {"effectiveOutboundIPs": [{"id": address}]}}
    pools = [{"name": "system", "vnetSubnetID": subnet}]
    replay.put_list(clusters, [scene.cluster(networkProfile=outbound, agentPoolProfiles=pools)])
    replay.put_list(
        f"{scene.NODE_GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets",
        [{"name": "aks-system", "identity": {"userAssignedIdentities": {scene.ADDON: {"clientId": None}}}}],
    )
    replay.put(address, {"id": address, "properties": {"ipAddress": "203.0.113.9"}})
    replay.put(
        f"{scene.GROUP}/providers/Microsoft.Network/virtualNetworks/vnet",
        {
            "name": "vnet",
            "properties": {
                "subnets": [{"id": subnet, "properties": {"serviceEndpoints": [{"service": "Microsoft.KeyVault"}]}}]
            },
        },
    )
    found = ask("scale_sets", "networks", "outbound_addresses")
    assert list(found["scale_sets"][0].identity.user_assigned_identities) == [scene.ADDON]
    assert found["networks"][0].subnets[0].service_endpoints[0].service == "Microsoft.KeyVault"
    assert found["outbound_addresses"][0].ip_address == "203.0.113.9"


def test_a_part_of_the_addresses_does_not_pass_for_all(ask: Ask, replay: Replay) -> None:
    readable, hidden = (f"{scene.NODE_GROUP}/providers/Microsoft.Network/publicIPAddresses/{name}" for name in "ab")
    clusters = f"/subscriptions/{scene.SUBSCRIPTION}/providers/Microsoft.ContainerService/managedClusters"
    outbound = {"natGatewayProfile": {"effectiveOutboundIPs": [{"id": readable}, {"id": hidden}]}}
    replay.put_list(clusters, [scene.cluster(networkProfile=outbound)])
    replay.put(readable, {"id": readable, "properties": {"ipAddress": "203.0.113.9"}})
    replay.script(hidden, refusal("Microsoft.Network/publicIPAddresses/read", hidden))
    assert "Microsoft.Network/publicIPAddresses/read" in ask("outbound_addresses").reason


def test_a_nat_gateway_of_ones_own_is_found_through_the_node_subnets(ask: Ask, replay: Replay) -> None:
    network = f"{scene.GROUP}/providers/Microsoft.Network/virtualNetworks/vnet"
    subnet, gateway = f"{network}/subnets/nodes", f"{scene.GROUP}/providers/Microsoft.Network/natGateways/nat"
    address = f"{scene.GROUP}/providers/Microsoft.Network/publicIPAddresses/out"
    clusters = f"/subscriptions/{scene.SUBSCRIPTION}/providers/Microsoft.ContainerService/managedClusters"
    profile, pools = {"outboundType": "userAssignedNATGateway"}, [{"name": "system", "vnetSubnetID": subnet.lower()}]
    replay.put_list(clusters, [scene.cluster(networkProfile=profile, agentPoolProfiles=pools)])
    subnets = [{"id": subnet, "properties": {"natGateway": {"id": gateway}}}]
    replay.put(network, {"id": network, "properties": {"subnets": subnets}})
    replay.put(gateway, {"id": gateway, "properties": {"publicIpAddresses": [{"id": address}]}})
    replay.put(address, {"id": address, "properties": {"ipAddress": "203.0.113.10"}})
    assert [found.ip_address for found in ask("outbound_addresses")] == ["203.0.113.10"]


def test_private_endpoints_and_the_zone_that_names_them(ask: Ask, replay: Replay) -> None:
    readable = f"{scene.GROUP}/providers/Microsoft.Network/privateEndpoints/ours"
    hidden = f"/subscriptions/{scene.OTHER_SUBSCRIPTION}/resourceGroups/rg/providers/x/privateEndpoints/theirs"
    connections = [{"properties": {"privateEndpoint": {"id": one}}} for one in (readable, hidden)]
    replay.put(scene.VAULT, scene.vault(replay.origin, privateEndpointConnections=connections))
    replay.put(readable, {"id": readable, "properties": {"subnet": {"id": "subnet-1"}}})
    replay.script(hidden, refusal("Microsoft.Network/privateEndpoints/read", hidden))
    zone = f"{scene.GROUP}/providers/Microsoft.Network/privateDnsZones/privatelink.vaultcore.invalid"
    for of in (scene.SUBSCRIPTION, scene.OTHER_SUBSCRIPTION):
        zones = [{"id": zone, "name": "privatelink.vaultcore.invalid"}] if of == scene.SUBSCRIPTION else []
        replay.put_list(f"/subscriptions/{of}/providers/Microsoft.Network/privateDnsZones", zones)
    replay.put_list(f"{zone}/virtualNetworkLinks", [{"id": "l", "properties": {"virtualNetwork": {"id": "vnet-1"}}}])
    found = ask("private_endpoints", "private_dns_zone_links", values=VALUES)
    assert [endpoint.subnet.id for endpoint in found["private_endpoints"]] == ["subnet-1"]
    assert [link.virtual_network.id for link in found["private_dns_zone_links"]] == ["vnet-1"]


# --- the vault ---


def test_a_deleted_vault_of_the_name_and_whether_the_name_is_free(ask: Ask, replay: Replay) -> None:
    home = f"/subscriptions/{scene.SUBSCRIPTION}/providers/Microsoft.KeyVault"
    deleted = [{"name": name, "properties": {"vaultId": name, "location": "x"}} for name in ("KV-cluedin", "other")]
    replay.put_list(f"{home}/deletedVaults", deleted)
    replay.put(f"{home}/checkNameAvailability", {"nameAvailable": False, "reason": "AlreadyExists", "message": "x"})
    found = ask("deleted_vaults", "vault_name", values=VALUES)
    assert [vault.name for vault in found["deleted_vaults"]] == ["KV-cluedin"]
    assert found["vault_name"] == facts.NameAvailability(
        name="kv-cluedin", name_available=False, reason="AlreadyExists"
    )


def test_objects_are_listed_and_no_value_is_ever_asked_for(ask: Ask, replay: Replay) -> None:
    names = [f"cluedin-{number:04}" for number in range(3000)]
    secrets = [scene.secret(replay.origin, name, exp=1700000000, nbf=None) | {"value": CANARY} for name in names]
    replay.put_list("/secrets", secrets)
    for name in names[:3]:
        replay.put(f"/secrets/{name}", {"value": CANARY})
    found = ask("vault_secrets", "vault_certificates", values=VALUES)
    assert [item.name for item in found["vault_secrets"]] == names
    assert found["vault_secrets"][0].expires == "2023-11-14T22:13:20+00:00"
    assert [item.name for item in found["vault_certificates"]] == ["cluedin-frontend"]
    assert CANARY not in repr(found)
    data_plane = {request.path for request in replay.log if "/providers/" not in request.path}
    assert {path for path in data_plane if path.startswith(("/secrets", "/certificates"))} == {
        "/secrets",
        "/certificates",
    }


def test_the_vault_answers_although_resource_manager_does_not(ask: Ask, replay: Replay) -> None:
    listing = f"/subscriptions/{scene.SUBSCRIPTION}/providers/Microsoft.KeyVault/vaults"
    replay.script(listing, refusal("Microsoft.KeyVault/vaults/read", listing))
    missing = ask("vault_secrets", values=VALUES)
    assert missing.reason == "the secrets of the vault kv-cluedin: cannot be reached from here (no such host)"


def test_deleted_objects_are_listed_without_values(ask: Ask, replay: Replay) -> None:
    names = [f"cluedin-{number:04}" for number in range(2000)]
    listed = [scene.deleted(replay.origin, "secrets", name) | {"value": CANARY} for name in names]
    replay.put_list("/deletedsecrets", listed)
    found = ask("deleted_vault_secrets", "deleted_vault_certificates", values=VALUES)
    assert [item.name for item in found["deleted_vault_secrets"]] == names
    assert found["deleted_vault_secrets"][0].scheduled_purge_date == "2024-02-12T22:13:20+00:00"
    assert found["deleted_vault_certificates"] == ()
    assert CANARY not in repr(found)


def test_a_refused_listing_of_deleted_objects_tells_what_it_was(ask: Ask, replay: Replay) -> None:
    replay.script("/deletedsecrets", error(403, "Forbidden", "x", inner="ForbiddenByRbac"))
    missing = ask("deleted_vault_secrets", values=VALUES)
    assert missing.why == "refused"
    assert "list the deleted secrets of the vault kv-cluedin" in missing.reason


def test_policies_are_read_of_the_certificates_that_the_values_name_and_of_no_other(ask: Ask, replay: Replay) -> None:
    origin = replay.origin
    replay.put_list(
        "/certificates", [{"id": f"{origin}/certificates/{name}"} for name in ("Cluedin-Frontend", "other")]
    )
    replay.put("/certificates/cluedin-frontend", {"cer": CANARY})
    values = scene.values(keyvaultName="kv-cluedin", frontendCrt="cluedin-frontend")
    [policy] = ask("certificate_policies", values=values)
    assert policy == facts.CertificatePolicy(
        name="cluedin-frontend",
        exportable=True,
        content_type="application/x-pkcs12",
        key_type="RSA",
        issuer="Self",
        renews=True,
    )
    asked = {request.path for request in replay.log if request.path.startswith("/certificates")}
    assert asked == {"/certificates", "/certificates/cluedin-frontend/policy"}


def test_without_a_certificate_in_the_values_no_policy_is_asked_for(ask: Ask, replay: Replay) -> None:
    assert ask("certificate_policies", values=VALUES) == ()
    assert replay.asked("/policy") == []


def test_versions_are_listed_of_what_is_mounted_and_nothing_else_is_asked_for(ask: Ask, replay: Replay) -> None:
    origin, newest = replay.origin, "f" * 32
    versions = [
        {"id": f"{origin}/secrets/cluedin-email-host/{version}", "attributes": {"created": created}}
        for version, created in (("e" * 32, 1700000000), (newest, 1700000600))
    ]
    replay.put_list("/secrets/cluedin-email-host/versions", versions)
    replay.put("/secrets/cluedin-email-host", {"value": CANARY})
    objects = {"Cluedin-Email-Host": "e" * 32, "not-there": "0", "odd/../../keys": "0"}
    records = facts.SecretProviderClassPodStatuses(
        served=True, items=(class_pod_status("cluedin-server-sync", "cluedin-server-1", objects),)
    )
    found = ask("vault_secret_versions", values=VALUES, mounted=records)
    assert [(one.name, one.version) for one in found] == [("cluedin-email-host", digit * 32) for digit in "ef"]
    assert found[1].created == "2023-11-14T22:23:20+00:00"
    asked = {request.path for request in replay.log if request.path.startswith("/secrets")}
    assert asked == {"/secrets", "/secrets/cluedin-email-host/versions"}


def test_a_zone_that_is_found_nowhere_may_be_in_a_subscription_nobody_named(replay: Replay, ask: Ask) -> None:
    for of in (scene.SUBSCRIPTION, scene.OTHER_SUBSCRIPTION):
        replay.put_list(f"/subscriptions/{of}/providers/Microsoft.Network/privateDnsZones", [])
    links = ask("private_dns_zone_links", values=VALUES)
    assert isinstance(links, Missing)
    assert links.why == "partial"
