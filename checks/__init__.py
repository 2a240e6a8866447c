"""Our own pack of checks, met by the engine through the entry-point group `preflight.checks`."""

from preflight import Check

CHECKS: tuple[Check, ...] = ()
