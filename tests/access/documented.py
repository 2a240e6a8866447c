"""The documented rules a second time: a straight transcription for JSON documents, sharing no code with the package.

Sources: azure.md 5.3 to 5.5 and 10, which quote Azure's documentation. Answers are True, False or None (not known), put
together with Kleene's logic: `any3` is true when one is, false when all are; `all3` the other way round.
"""

import re
from collections.abc import Iterable
from typing import Any

JSON = dict[str, Any]
Known = bool | None
Groups = set[str] | None

EVERYONE = "00000000-0000-0000-0000-000000000000"
RBAC_ACTION = {
    "secrets/get": "microsoft.keyvault/vaults/secrets/getsecret/action",
    "secrets/list": "microsoft.keyvault/vaults/secrets/readmetadata/action",
    "certificates/get": "microsoft.keyvault/vaults/certificates/read",
    "certificates/list": "microsoft.keyvault/vaults/certificates/read",
    "keys/get": "microsoft.keyvault/vaults/keys/read",
    "keys/list": "microsoft.keyvault/vaults/keys/read",
}
WORDS = {True: "granted", False: "refused", None: "undecidable"}


def any3(values: Iterable[Known]) -> Known:
    values = list(values)
    return True if True in values else (None if None in values else False)


def all3(values: Iterable[Known]) -> Known:
    values = list(values)
    return False if False in values else (None if None in values else True)


def not3(value: Known) -> Known:
    return None if value is None else not value


def answer(
    principal: str,
    operation: str,
    row: str,
    vault: JSON,
    assignments: list[JSON],
    definitions: list[JSON],
    denials: list[JSON] | None,
    groups: Groups,
) -> str:
    """May the principal do the operation on `row`, "vault" or "secrets/NAME"? Documents in the REST shape.

    `denials` and `groups` (ids in small letters) are None where they were not given.
    """
    if vault["properties"].get("enableRbacAuthorization") is True:
        resource = vault["id"] if row == "vault" else vault["id"] + "/" + row
        action = RBAC_ACTION[operation]
        granted = any3(assignment_grants(a, principal, action, resource, definitions, groups) for a in assignments)
        denied = any3(denial_hits(d, principal, action, resource, groups) for d in denials or [])
        return WORDS[all3([granted, not3(denied)])]
    return WORDS[
        any3(policy_grants(p, principal, operation, vault, groups) for p in vault["properties"]["accessPolicies"])
    ]


def assignment_grants(
    assignment: JSON, principal: str, action: str, resource: str, definitions: list[JSON], groups: Groups
) -> Known:
    properties = assignment["properties"]
    return all3(
        [
            at_or_below(resource, properties["scope"]),
            meant(properties["principalId"], properties.get("principalType"), principal, groups),
            role_allows(properties["roleDefinitionId"], definitions, action),
            None if properties.get("condition") else True,
        ]
    )


def role_allows(role_id: str, definitions: list[JSON], action: str) -> Known:
    wanted = role_id.lower().split("/")[-1]
    for role in definitions:
        if role["id"].lower().split("/")[-1] == wanted:
            return any3(entry_allows(entry, action) for entry in role["properties"]["permissions"])
    return None


def entry_allows(entry: JSON, action: str) -> Known:
    listed = any(like(pattern, action) for pattern in entry.get("dataActions") or [])
    subtracted = any(like(pattern, action) for pattern in entry.get("notDataActions") or [])
    if not listed or subtracted:
        return False
    return None if entry.get("condition") else True


def denial_hits(deny: JSON, principal: str, action: str, resource: str, groups: Groups) -> Known:
    properties = deny["properties"]
    if properties.get("doNotApplyToChildScopes"):
        reached = resource.lower().rstrip("/") == properties["scope"].lower().rstrip("/")
    else:
        reached = at_or_below(resource, properties["scope"])
    return all3(
        [
            reached,
            any3(entry_allows(entry, action) for entry in properties["permissions"]),
            any3(denied_principal(entry, principal, groups) for entry in properties["principals"]),
            not3(
                any3(denied_principal(entry, principal, groups) for entry in properties.get("excludePrincipals") or [])
            ),
            None if properties.get("condition") else True,
        ]
    )


def denied_principal(entry: JSON, principal: str, groups: Groups) -> Known:
    return entry["id"] == EVERYONE or meant(entry["id"], entry.get("type"), principal, groups)


def meant(id: str, type: str | None, principal: str, groups: Groups) -> Known:
    if id.lower() == principal.lower():
        return True
    if groups is not None:
        return id.lower() in groups
    return None if type is not None and "Group" in type else False


def policy_grants(policy: JSON, principal: str, operation: str, vault: JSON, groups: Groups) -> Known:
    kind, word = operation.split("/")
    words = [given.lower() for given in (policy["permissions"].get(kind) or [])]
    if word not in words and "all" not in words:
        return False
    if policy.get("applicationId"):
        return False
    if policy["tenantId"].lower() != vault["properties"]["tenantId"].lower():
        return False
    if policy["objectId"].lower() == principal.lower():
        return True
    return None if groups is None else policy["objectId"].lower() in groups


def at_or_below(resource: str, scope: str) -> bool:
    if scope == "/" or re.fullmatch(r"/providers/microsoft\.management/managementgroups/[^/]+/?", scope, re.IGNORECASE):
        return True
    return (resource.lower().rstrip("/") + "/").startswith(scope.lower().rstrip("/") + "/")


def like(pattern: str, action: str) -> bool:
    return re.fullmatch(re.escape(pattern.lower()).replace(r"\*", ".*"), action.lower()) is not None
