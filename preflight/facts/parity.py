"""What `--read-values` leaves of the values it compared: how they relate, never a value and never a hash."""

from typing import Literal

import msgspec

Relation = Literal["equal", "different", "line break", "encoding", "not in the vault", "not in the cluster"]
"""`line break`: equal but for line breaks at an end; `encoding`: one is the other in base64, URL or UTF-16 encoding."""


class ValueRelation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How one key of a Secret relates to what it should hold.

    That is the vault object `object_name`; where `rule` is set, what follows from it by this rule, as for `NEO4J_AUTH`,
    which is `neo4j/` and the password.
    """

    secret: str
    key: str
    object_name: str
    relation: Relation
    rule: str | None = None
