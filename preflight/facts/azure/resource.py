"""What every Azure resource has in common."""

import msgspec


class Resource(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", gc=False):
    """Configuration shared by the structs below."""


class Reference(Resource, frozen=True, kw_only=True):
    """Another resource by its id."""

    id: str = ""


def same_id(one: str | None, other: str | None) -> bool:
    """Tell whether two ids are one: GUIDs and resource ids are compared without case; None and "" equal nothing."""
    return bool(one and other and one.lower() == other.lower())
