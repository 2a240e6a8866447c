"""What `show access` says: every operation on every row, with the grant that decides. Pure."""

from typing import get_args

import msgspec

from preflight.access.actions import Operation
from preflight.access.effective import Answer, Evidence, Question, evaluate, is_complete
from preflight.access.policies import Model, model
from preflight.errors import UsageError
from preflight.facts import Vault

VAULT_ROW = "vault"

_KINDS = {
    "secret": "secrets",
    "secrets": "secrets",
    "vault-secret": "secrets",
    "certificate": "certificates",
    "certificates": "certificates",
    "vault-certificate": "certificates",
    "cert": "certificates",
    "key": "keys",
    "keys": "keys",
    "vault-key": "keys",
}
_OPERATIONS: tuple[Operation, ...] = get_args(Operation)


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One answer; `by` is the deciding role assignment, policy or deny assignment, `why` what lacks or is not known."""

    answer: str
    by: str | None
    why: str


class AccessView(msgspec.Struct, frozen=True, kw_only=True):
    """The document of `show access -o json`. `objects` maps `vault` or `secrets/NAME` to operation to answer.

    `model` is None where the vault was not read. `complete` is false where the input may lack grants: from plain files
    always, because a listing does not say whether it holds inherited and group grants.
    """

    principal: str
    vault: str | None
    model: Model | None
    complete: bool
    objects: dict[str, dict[Operation, Cell]]


def object_row(text: str) -> str:
    """Read `KIND/NAME` as typed: `secret/db-password`, `certificates/web`, or `vault`. Raises UsageError.

    >>> object_row("secret/db-password")
    'secrets/db-password'
    """
    if text.lower() == VAULT_ROW:
        return VAULT_ROW
    kind, slash, name = text.partition("/")
    if kind.lower() not in _KINDS or not slash or not name or "/" in name:
        raise UsageError(f"--object {text}: expected secret/NAME, certificate/NAME or key/NAME")
    return f"{_KINDS[kind.lower()]}/{name}"


def access_view(principal: str, objects: tuple[str, ...], evidence: Evidence) -> AccessView:
    """Answer every operation for the vault and for each object, `secrets/NAME`, at that row's own scope."""
    vault = evidence.vault if isinstance(evidence.vault, Vault) else None
    return AccessView(
        principal=principal,
        vault=vault.name if vault else None,
        model=model(vault) if vault else None,
        complete=is_complete(principal, evidence),
        objects={row: _cells(principal, row, evidence) for row in dict.fromkeys((VAULT_ROW, *objects))},
    )


def table(view: AccessView) -> list[tuple[str, str, str, str]]:
    """Return rows of object, operations, answer and reason; operations that are answered alike share a row."""
    rows = []
    for row, cells in view.objects.items():
        alike: dict[tuple[str, str], list[str]] = {}
        for operation, cell in cells.items():
            alike.setdefault((cell.answer, "; ".join(filter(None, (cell.by, cell.why)))), []).append(operation)
        rows += [(row, ", ".join(operations), answer, reason) for (answer, reason), operations in alike.items()]
    return rows


def _cells(principal: str, row: str, evidence: Evidence) -> dict[Operation, Cell]:
    named = None if row == VAULT_ROW else row
    return {
        operation: _cell(evaluate(Question(principal=principal, operation=operation, object=named), evidence))
        for operation in _OPERATIONS
    }


def _cell(answer: Answer) -> Cell:
    return Cell(answer=answer.answer, by=answer.by, why=answer.why)
