"""Is a rule meant for this principal: by id, through a group, or not known because groups were not read."""

from typing import Literal

import msgspec

from preflight.facts import GroupMembership, Missing, same_id

Standing = Literal["self", "member", "perhaps", "no"]
"""How a principal stands to the id in a rule; `perhaps` where the id may be a group that has the principal in it."""

EVERYONE = "00000000-0000-0000-0000-000000000000"
"""In deny assignments this id is everyone (azure.md 10)."""


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks: an object id and the groups it is in, None where these were not read.

    `known_ids` are ids of identities and applications, so that a rule for one of them is not taken for a group's.
    """

    id: str
    groups: frozenset[str] | None = None
    known_ids: frozenset[str] = frozenset()

    def stands_to(self, id: str, *, may_be_group: bool) -> Standing:
        """Compare with the id in a rule; `may_be_group` tells whether the rule leaves that possible."""
        if same_id(self.id, id):
            return "self"
        if self.groups is not None:
            return "member" if id.lower() in self.groups else "no"
        return "perhaps" if may_be_group and id and id.lower() not in self.known_ids else "no"


def principal(
    id: str, memberships: tuple[GroupMembership, ...] | Missing | None, known_ids: frozenset[str] = frozenset()
) -> Principal:
    """Return the principal with its groups, looked up in the memberships that were read."""
    groups = None
    if isinstance(memberships, tuple):
        for membership in memberships:
            if same_id(membership.principal_id, id):
                groups = (groups or frozenset()) | {group.lower() for group in membership.groups}
    return Principal(id=id, groups=groups, known_ids=frozenset(known.lower() for known in known_ids))


def is_group(type: str | None) -> bool:
    """Tell whether a principal's type is a group's; a principal without a type is compared by its id only."""
    return type is not None and "group" in type.lower()
