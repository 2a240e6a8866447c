"""Who may do what, and what is locked (Microsoft.Authorization, Microsoft Graph)."""

from preflight.facts.azure.resource import Resource


class RoleAssignment(Resource, frozen=True, kw_only=True):
    """Who holds which role where. `role_definition_id` may carry any prefix: only its last GUID counts.

    `role_definition_name` is az's addition, for messages only.
    """

    id: str = ""
    scope: str = ""
    role_definition_id: str = ""
    role_definition_name: str | None = None
    principal_id: str = ""
    principal_type: str | None = None
    condition: str | None = None
    created_on: str | None = None


class RoleAssignments(Resource, frozen=True, kw_only=True):
    """A listing of assignments and how far it reaches.

    `assigned_to` is the principal the server expanded groups for (`assignedTo`), None for a plain listing, which can
    lack inherited and group grants and so cannot refute a grant (interface.md section 4). `with_objects` tells that the
    vault's single secrets, certificates and keys were asked about too: `atScope()` leaves out what lies below.
    """

    items: tuple[RoleAssignment, ...] = ()
    assigned_to: str | None = None
    with_objects: bool = False


class RolePermission(Resource, frozen=True, kw_only=True):
    """One permission entry of a role definition or deny assignment; patterns with `*`."""

    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()
    condition: str | None = None


class RoleDefinition(Resource, frozen=True, kw_only=True):
    """A role. Compare by the GUID at the end of `id`, never by name."""

    id: str = ""
    name: str = ""
    role_name: str | None = None
    permissions: tuple[RolePermission, ...] = ()


class DeniedPrincipal(Resource, frozen=True, kw_only=True):
    """A principal of a deny assignment. The all-zero id is everyone."""

    id: str = ""
    type: str | None = None


class DenyAssignment(Resource, frozen=True, kw_only=True):
    """What nobody may do at a scope, whatever roles they hold, but for those excluded."""

    id: str = ""
    scope: str = ""
    deny_assignment_name: str | None = None
    permissions: tuple[RolePermission, ...] = ()
    principals: tuple[DeniedPrincipal, ...] = ()
    exclude_principals: tuple[DeniedPrincipal, ...] = ()
    do_not_apply_to_child_scopes: bool = False
    condition: str | None = None


class GroupMembership(Resource, frozen=True, kw_only=True):
    """The object ids of every group that a principal is in, through other groups too; no entry = not asked."""

    principal_id: str
    groups: tuple[str, ...] = ()


class ScopedPermissions(Resource, frozen=True, kw_only=True):
    """What the caller may do at a scope, as Azure adds it up over all of the caller's roles."""

    scope: str
    permissions: tuple[RolePermission, ...] = ()


class Operator(Resource, frozen=True, kw_only=True):
    """Who runs this tool, as far as Azure is concerned.

    `type` is User or ServicePrincipal. `eligible_roles` are the ids of roles that the caller could activate (Privileged
    Identity Management) and does not hold now, None where that was not readable.
    """

    object_id: str | None = None
    tenant_id: str | None = None
    name: str | None = None
    type: str | None = None
    scopes: tuple[ScopedPermissions, ...] = ()
    eligible_roles: tuple[str, ...] | None = None


class Lock(Resource, frozen=True, kw_only=True):
    """A management lock; what stands before `/providers/Microsoft.Authorization/locks/` in `id` is its scope."""

    id: str = ""
    name: str = ""
    level: str = ""
