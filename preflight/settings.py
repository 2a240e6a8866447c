r"""preflight.toml: thresholds of checks, accepted findings, placeholders of pipelines; with precise complaints.

tokens = ['#\{.*\}#']          # placeholders that a pipeline fills in later; skips, with --offline only

[checks.max-pods-headroom]
headroom = 3
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import msgspec

from preflight.definition import Check
from preflight.errors import SettingsError
from preflight.waivers import Waiver


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a settings file says. `tokens` are regular expressions; `checks` maps a check's id to its thresholds."""

    tokens: tuple[str, ...] = ()
    checks: Mapping[str, Mapping[str, Any]] = {}
    waivers: tuple[Waiver, ...] = ()

    def thresholds(self, check: Check) -> dict[str, Any]:
        """Return the check's thresholds, its defaults overridden by the file's values."""
        return {**check.thresholds, **self.checks.get(check.id, {})}

    def overridden(self, check_id: str, **thresholds: Any) -> "Settings":  # noqa: ANN401 - the thresholds' own types
        """Return the settings with these thresholds of one check in place of the file's."""
        return msgspec.structs.replace(
            self, checks={**self.checks, check_id: {**self.checks.get(check_id, {}), **thresholds}}
        )


def parse(text: str, name: str, checks: Sequence[Check]) -> Settings:
    """Read the text of a settings file called `name`. Raises SettingsError naming file, key and what was expected."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{name}: not valid TOML: {error}") from None
    _refuse_unknown(document, ("tokens", "checks", "waivers"), name, "")
    tokens = document.get("tokens", [])
    if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
        raise SettingsError(f"{name}: tokens: expected a list of regular expressions")
    for token in tokens:
        try:
            re.compile(token)
        except re.error as error:
            raise SettingsError(f"{name}: tokens: {token!r} is no regular expression: {error}") from None
    tables = document.get("checks", {})
    known = {check.id: check for check in checks}
    if not isinstance(tables, dict):
        raise SettingsError(f"{name}: checks: expected tables such as [checks.max-pods-headroom]")
    _refuse_unknown(tables, known, name, "checks.")
    for check_id, table in tables.items():
        if not isinstance(table, dict):
            raise SettingsError(f"{name}: checks.{check_id}: expected a table of thresholds")
        _refuse_unknown(table, known[check_id].thresholds, name, f"checks.{check_id}.")
    return Settings(
        tokens=tuple(tokens),
        waivers=_waivers(document.get("waivers", []), name, known),
        checks={
            check_id: {
                key: _typed(value, known[check_id].thresholds[key], f"{name}: checks.{check_id}.{key}")
                for key, value in table.items()
            }
            for check_id, table in tables.items()
        },
    )


def _waivers(tables: Any, name: str, known: Mapping[str, Check]) -> tuple[Waiver, ...]:  # noqa: ANN401 - what TOML held
    if not isinstance(tables, list):
        raise SettingsError(f"{name}: waivers: expected tables [[waivers]]")
    waivers = []
    for number, table in enumerate(tables, 1):
        where = f"{name}: waivers[{number}]"
        if isinstance(table, dict) and not table.keys() <= {*Waiver.__struct_fields__}:
            _refuse_unknown(table, Waiver.__struct_fields__, name, f"waivers[{number}] has an unknown field: ")
        try:
            waiver = msgspec.convert(table, Waiver)
        except msgspec.ValidationError as error:
            raise SettingsError(
                f"{where}: {error}; check, object, reason and owner are texts, until is a date such as 2026-12-31, "
                "and all five are needed"
            ) from None
        _refuse_unknown({waiver.check: waiver}, known, name, f"waivers[{number}].check = ")
        for field in ("object", "reason", "owner"):
            if not getattr(waiver, field).strip():
                any_ = "; * is any" if field == "object" else ""
                raise SettingsError(f"{where}.{field}: it may not be empty{any_}")
        waivers.append(waiver)
    return tuple(waivers)


def _refuse_unknown(table: Mapping[str, Any], known: Mapping[str, Any] | Sequence[str], name: str, path: str) -> None:
    for key in table:
        if key not in known:
            near = get_close_matches(key, list(known), n=1)
            better = f"; did you mean {near[0]}?" if near else f"; known here: {', '.join(known) or 'nothing'}"
            raise SettingsError(f"{name}: {path}{key} is not a setting{better}")


def _typed(value: Any, default: Any, where: str) -> Any:  # noqa: ANN401 - the threshold's own type
    # The default's type is the schema; a whole number is welcome where a fraction is expected.
    try:
        return msgspec.convert(value, type=tuple[str, ...] if isinstance(default, tuple) else type(default))
    except msgspec.ValidationError as error:
        raise SettingsError(f"{where}: {error}") from None
