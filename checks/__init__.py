"""Our own pack of checks, met by the engine through the entry-point group `preflight.checks`."""

from checks.akv_naming import akv_naming
from checks.keyvault_values import keyvault_values
from preflight import Check

CHECKS: tuple[Check, ...] = (
    akv_naming,
    keyvault_values,
)
