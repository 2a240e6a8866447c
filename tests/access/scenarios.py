"""Vaults, roles, denials and policies by chance, in the REST shape, from a world small enough for things to meet."""

import random
from typing import Any

Document = dict[str, Any]

SUBSCRIPTION = "/subscriptions/7e0d5a2c-0000-4000-8000-000000000001"
VAULT = f"{SUBSCRIPTION}/resourceGroups/rg1/providers/Microsoft.KeyVault/vaults/kv1"
TENANT = "5a5a5a5a-0000-4000-8000-0000000000aa"
ME = "aaaaaaaa-0000-4000-8000-000000000001"
OTHER = "bbbbbbbb-0000-4000-8000-000000000002"
GROUPS = ("cccccccc-0000-4000-8000-000000000003", "dddddddd-0000-4000-8000-000000000004")
EVERYONE = "00000000-0000-0000-0000-000000000000"
ROWS = ("vault", "secrets/a", "secrets/ab", "certificates/a", "keys/a")

_SCOPES = (
    "/",
    "/providers/Microsoft.Management/managementGroups/root",
    SUBSCRIPTION,
    f"{SUBSCRIPTION}/resourceGroups/rg1",
    f"{SUBSCRIPTION}/resourceGroups/rg",
    f"{SUBSCRIPTION}/resourceGroups/rg10",
    VAULT,
    VAULT,
    VAULT + "0",
    f"{SUBSCRIPTION}/resourceGroups/rg1/providers/Microsoft.KeyVault/vaults",
    f"{VAULT}/secrets/a",
    f"{VAULT}/secrets/ab",
    f"{VAULT}/certificates/a",
    f"{VAULT}/keys/a",
)
_PATTERNS = (
    "*",
    "*/read",
    "Microsoft.KeyVault/*",
    "Microsoft.KeyVault/vaults/*",
    "Microsoft.KeyVault/vaults/*/read",
    "Microsoft.KeyVault/vaults/secrets/*",
    "Microsoft.KeyVault/vaults/secrets/get*",
    "Microsoft.KeyVault/vaults/secrets/getSecret/action",
    "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
    "*/getSecret/action",
    "*get*ret*",
    "Microsoft.KeyVault/vaults/certificates/read",
    "Microsoft.KeyVault/vaults/keys/*",
    "Microsoft.KeyVault/vaults/secrets",
    "Microsoft.Storage/*",
    "",
)
_WORDS = ("get", "list", "set", "all", "delete", "backup")
_ROLES = tuple(f"{number:08x}-1111-4000-8000-000000000000" for number in range(5))


class World:
    """One world, decided by its seed."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - no secret
        self.groups = None if self._perhaps(0.4) else {group for group in GROUPS if self._perhaps(0.5)}
        self.vault = self._vault()
        self.definitions = [self._definition(role) for role in _ROLES if self._perhaps(0.9)]
        self.assignments = [self._assignment(number) for number in range(self._chance.randint(0, 4))]
        denials = [self._denial(number) for number in range(self._chance.choice((0, 0, 1, 1, 2)))]
        self.denials = None if self._perhaps(0.2) else denials

    def _perhaps(self, probability: float) -> bool:
        return self._chance.random() < probability

    def _cased(self, text: str) -> str:
        return self._chance.choice((text, text, text.upper(), text.lower()))

    def _principal(self) -> tuple[str, str | None]:
        who = self._chance.choice((ME, ME, ME, OTHER, *GROUPS))
        kind = "Group" if who in GROUPS else "ServicePrincipal"
        return self._cased(who), None if self._perhaps(0.1) else kind

    def _vault(self) -> Document:
        properties: Document = {
            "tenantId": TENANT,
            "accessPolicies": [self._policy() for _ in range(self._chance.randint(0, 3))],
        }
        model = self._chance.choice((True, True, True, True, False, None, "absent"))
        if model != "absent":
            properties["enableRbacAuthorization"] = model
        return {"id": VAULT, "name": "kv1", "properties": properties}

    def _policy(self) -> Document:
        policy: Document = {
            "tenantId": self._cased(TENANT) if self._perhaps(0.9) else OTHER,
            "objectId": self._principal()[0],
            "permissions": {
                kind: [self._chance.choice((word, word.upper(), word.title())) for word in self._some(_WORDS, 2)]
                for kind in self._some(("secrets", "certificates", "keys"), 3)
            },
        }
        if self._perhaps(0.2):
            policy["applicationId"] = self._chance.choice((OTHER, EVERYONE))
        return policy

    def _some(self, things: tuple[str, ...], most: int) -> list[str]:
        return self._chance.sample(things, self._chance.randint(0, most))

    def _permission(self) -> Document:
        permission: Document = {
            "actions": self._some(("*", "*/read"), 1),
            "notActions": [],
            "dataActions": [self._cased(pattern) for pattern in self._some(_PATTERNS, 3)],
            "notDataActions": [self._cased(pattern) for pattern in self._some(_PATTERNS, 1)],
        }
        if self._perhaps(0.08):
            permission["condition"] = "@Resource[Microsoft.KeyVault/vaults/secrets:name] StringEquals 'a'"
        return permission

    def _definition(self, role: str) -> Document:
        return {
            "id": f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{self._cased(role)}",
            "name": role,
            "properties": {
                "roleName": role[:8],
                "permissions": [self._permission() for _ in range(self._chance.randint(0, 3))],
            },
        }

    def _scope(self) -> str:
        scope = self._cased(self._chance.choice(_SCOPES))
        return scope + "/" if len(scope) > 1 and self._perhaps(0.05) else scope

    def _assignment(self, number: int) -> Document:
        principal, kind = self._principal()
        prefix = self._chance.choice(
            ("", "/providers/Microsoft.Authorization/roleDefinitions/", SUBSCRIPTION + "/roleDefinitions/")
        )
        return {
            "id": f"{VAULT}/providers/Microsoft.Authorization/roleAssignments/{number}",
            "properties": {
                "scope": self._scope(),
                "principalId": principal,
                "principalType": kind,
                "roleDefinitionId": prefix + self._cased(self._chance.choice(_ROLES)),
                "condition": "@Resource[...] StringEquals 'a'" if self._perhaps(0.12) else None,
            },
        }

    def _denied(self) -> Document:
        who, kind = self._principal()
        if self._perhaps(0.3):
            return {"id": EVERYONE, "type": "SystemDefined"}
        return {"id": who} if kind is None else {"id": who, "type": kind}

    def _denial(self, number: int) -> Document:
        return {
            "id": f"{VAULT}/providers/Microsoft.Authorization/denyAssignments/{number}",
            "properties": {
                "denyAssignmentName": f"deny {number}",
                "scope": self._scope(),
                "doNotApplyToChildScopes": self._chance.choice((True, False, False, None)),
                "permissions": [self._permission() for _ in range(self._chance.randint(1, 2))],
                "principals": [self._denied() for _ in range(self._chance.randint(1, 2))],
                "excludePrincipals": [self._denied() for _ in range(self._chance.choice((0, 0, 1)))],
                "condition": "@Resource[...] StringEquals 'a'" if self._perhaps(0.1) else None,
            },
        }


def flattened(document: Document) -> Document:
    """What az prints: the properties beside id and name."""
    return {**{key: value for key, value in document.items() if key != "properties"}, **document["properties"]}
