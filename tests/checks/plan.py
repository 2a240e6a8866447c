"""Values for check tests, written as people write them."""

from collections.abc import Iterable

from preflight import Finding, facts
from preflight.collect.values import read_values
from tests.data import data_path

IDS = """
    enabled: true
    userAssignedIdentityID: e0c8fefc-933c-427c-8096-67977fbd3bc1
    keyvaultName: kv-cluedin
    tenantId: bdbefdab-c7b8-4102-ae46-92643d2cce0c
"""


def values(text: str) -> facts.Values:
    return read_values([("values.yaml", text.encode())])


def recorded(name: str) -> facts.Values:
    return read_values([(f"{name}.yaml", data_path(f"values/{name}.yaml").read_bytes())])


def keyvault(below: str) -> facts.Values:
    """The block with its four required keys set, and the given lines (indented by four) below them."""
    return values(f"global:\n  keyvault:{IDS}{below}")


def one_secret(entry: str) -> facts.Values:
    """One class, cluedin-server, with one entry written in flow style."""
    return keyvault(f"    secretProviderClasses:\n      cluedin-server:\n      - {entry}\n")


def said(findings: Iterable[Finding]) -> list[tuple[str, str, int | None]]:
    return [
        (
            finding.status.value,
            (finding.object or "").removeprefix("values/"),
            finding.location.line if finding.location else None,
        )
        for finding in findings
    ]
