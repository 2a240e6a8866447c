"""vault-objects: every object that is fetched is there and usable."""

import difflib
from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from preflight import Finding, Missing, check, facts, fail, passed, skip, unknown, warn
from preflight.access.commands import az, commands
from preflight.sync.needed import Need, days_until, deleted, mounting, needs, newest
from preflight.sync.planned import first
from preflight.sync.values import location


@check("vault-objects", group="vault")
def vault_objects(
    header: facts.Header,
    vault_secrets: tuple[facts.VaultObject, ...],
    vault_certificates: tuple[facts.VaultObject, ...] | None = None,
    values: facts.Values | Missing | None = None,
    secret_provider_classes: facts.SecretProviderClasses | None = None,
    deleted_vault_secrets: tuple[facts.DeletedVaultObject, ...] | None = None,
    deleted_vault_certificates: tuple[facts.DeletedVaultObject, ...] | None = None,
    release: facts.Release | Missing | None = None,
    pods: tuple[facts.Pod, ...] | None = None,
    *,
    days: int = 30,
) -> Iterator[Finding]:
    """Every vault object the values name is there and usable.

    The provider fetches all objects of a class or none: one that is missing, deleted or disabled keeps every pod from
    starting that mounts the class. An expired one is still handed out, but whoever uses it may refuse it.

    Fix: upload the object under exactly this name, recover it, enable it, or correct the name in the values. Names are
    compared without case, as the vault does. A certificate counts under its name: the vault holds it as a secret too.
    """
    wanted = needs(values, secret_provider_classes)
    if not wanted:
        unread = isinstance(values, Missing) and values.is_lost
        reason = values.reason if isinstance(values, Missing) else ""
        yield unknown(f"values not read: {reason}") if unread else skip("nothing is fetched from the vault yet")
        return
    # A certificate is a secret too, but `az keyvault secret list` leaves it out unless told otherwise.
    certified = {name: replace(one, managed=True) for name, one in newest(vault_certificates or ()).items()}
    there = {**certified, **newest(vault_secrets)}
    hidden = vault_certificates is None and bool(vault_secrets) and not any(one.managed for one in vault_secrets)
    gone = {**deleted(deleted_vault_certificates), **deleted(deleted_vault_secrets)}
    certificates = deleted(deleted_vault_certificates)
    now = facts.instant(header.collected_at)
    found: list[Finding] = []
    for need in wanted:
        name, vault = need.name.lower(), header.target.vault
        if name not in there and name in gone:
            found.append(_deleted(need, gone[name], vault, certificate=name in certificates))
        elif name not in there and need.certificate and hidden:
            found.append(_hidden(need, vault))
        elif name not in there:
            others = {one.name.lower() for one in wanted}
            found.append(_missing(need, [one.name for key, one in there.items() if key not in others], vault))
        elif there[name].enabled is False:
            found.append(_disabled(need, there[name], vault))
        else:
            found += _dates(need, there[name], now, days)
    by_object = {_object(need): need for need in wanted}
    for finding in found:
        classes = by_object[finding.object or ""].class_names
        yield _who(finding, mounting(classes, values, header, release, pods))
    if not any(finding.status in ("fail", "unknown") for finding in found):
        yield passed(f"all {len(wanted)} objects are in the vault and enabled", evidence={"objects": len(wanted)})


def _object(need: Need) -> str:
    return f"vault-secret/{need.name}"


def _who(finding: Finding, who: tuple[str, ...]) -> Finding:
    """Say whom it keeps from starting."""
    if finding.status != "fail" or not who:
        return finding
    keeps = f"{finding.message}; it keeps {first(who)} from starting"
    return replace(finding, message=keeps, evidence={**finding.evidence, "pods": [*who]})


def _missing(need: Need, names: list[str], vault: str | None) -> Finding:
    lower = {name.lower(): name for name in sorted(names)}
    near = [lower[one] for one in difflib.get_close_matches(need.name.lower(), lower, n=1, cutoff=0.8)]
    hint = f"upload it, or name {near[0]}, which is there" if near else "upload it, or correct the name in the values"
    # The value comes from a file: on a command line it would stay in the shell's history.
    upload = commands(az("keyvault secret set", vault_name=vault or "VAULT", name=need.name, file="FILE"))
    cure = None if need.certificate else upload
    message = f"the vault has no {'certificate' if need.certificate else 'object'} {need.name}"
    return fail(
        message,
        _object(need),
        hint,
        evidence={"classes": [*need.class_names], "secrets": [*need.secrets], "near": near[0] if near else None},
        location=location(need.setting),
        commands=cure,
    )


def _hidden(need: Need, vault: str | None) -> Finding:
    listing = az("keyvault certificate list", vault_name=vault or "VAULT")
    message = f"no secret {need.name} is listed, and it may be among the certificates, which were not read"
    return unknown(message, _object(need), "list the certificates too", commands=commands(listing))


def _deleted(need: Need, gone: facts.DeletedVaultObject, vault: str | None, *, certificate: bool) -> Finding:
    kind = "certificate" if certificate else "secret"
    when = f" on {gone.deleted_date[:10]}" if gone.deleted_date else ""
    purge = f", and will be purged on {gone.scheduled_purge_date[:10]}" if gone.scheduled_purge_date else ""
    cure = commands(az(f"keyvault {kind} recover", vault_name=vault or "VAULT", name=need.name))
    message = f"{need.name} was deleted{when}{purge}; until then its name is taken"
    return fail(message, _object(need), "recover it", location=location(need.setting), commands=cure)


def _disabled(need: Need, there: facts.VaultObject, vault: str | None) -> Finding:
    kind = "certificate" if there.managed else "secret"
    enable = az(f"keyvault {kind} set-attributes", vault_name=vault or "VAULT", name=need.name, enabled="true")
    message = f"{need.name} is disabled: the vault does not hand out its newest version"
    hint = "enable it, or add a version"
    return fail(message, _object(need), hint, location=location(need.setting), commands=commands(enable))


def _dates(need: Need, there: facts.VaultObject, now: datetime, days: int) -> Iterator[Finding]:
    waits, left = days_until(there.not_before, now), days_until(there.expires, now)
    if waits is not None and waits > 0:
        message = f"{need.name} is not valid before {(there.not_before or '')[:10]}"
        yield warn(message, _object(need), "see who set that date", evidence={"not_before": there.not_before})
    if left is not None and left < days:
        when = f"expired on {(there.expires or '')[:10]}" if left < 0 else f"expires in {int(left)} days"
        hint = "add a new version, and restart what uses it"
        yield warn(f"{need.name} {when}", _object(need), hint, evidence={"expires": there.expires, "days": int(left)})
