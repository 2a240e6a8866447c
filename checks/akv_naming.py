"""akv-naming: names that Azure and Kubernetes allow, and the article's convention for vault objects."""

from collections.abc import Iterator

from preflight import Finding, check, facts, fail, passed, skip, warn
from preflight.sync import naming
from preflight.sync.block import is_placeholder
from preflight.sync.scalars import plain_kind
from preflight.sync.values import (
    FRONTEND_CLASS,
    TLS,
    Index,
    KeyVaultBlock,
    SecretEntry,
    dotted,
    keyvault,
    location,
    objects_needed,
)


@check("akv-naming", group="naming")
def akv_naming(
    values: facts.Values,
    vault_secrets: tuple[facts.VaultObject, ...] | None = None,
    vault_certificates: tuple[facts.VaultObject, ...] | None = None,
    *,
    prefix: str = "cluedin",
) -> Iterator[Finding]:
    """Vault names follow the convention.

    Two layers. Legality: Azure and Kubernetes each refuse names that break their rules (vault: 3-24 letters, digits
    and single hyphens; vault objects: 1-127 letters, digits and hyphens, so no dot or underscore; Secrets and classes:
    DNS names); a bad one fails at deployment or at the mount. Convention: a Secret's keys are filled from vault
    objects that share the first words and end in what tells the key, as `cluedin-login-username` and
    `cluedin-login-password` fill `cluedin-login-details`. That is how people see that a pair is crossed.

    Fix: rename the object in the vault (make a new one: names cannot be changed) and in the values, together. The
    threshold `prefix` is the first word of every object; empty turns that part off.
    """
    block = keyvault(values, Index(values))
    if block is None or not (block.classes or block.frontend_crt or block.keyvault_name):
        yield skip("the values name no vault objects")
        return
    found = [*_illegal(block), *_unconventional(block, prefix)]
    listed = None if vault_secrets is None else {item.name for item in (*vault_secrets, *(vault_certificates or ()))}
    found += _misspelt(block, listed)
    yield from found
    if not found:
        secrets = [entry for planned in block.classes for entry in planned.entries]
        yield passed(f"the names of {len(secrets)} Secrets and {len(_names(block))} vault objects are legal and paired")


def _names(block: KeyVaultBlock) -> set[str]:
    return {entry.name.lower() for entry in objects_needed(block)}


def _illegal(block: KeyVaultBlock) -> Iterator[Finding]:
    yield from _judged(block.settings.get("keyvaultName"), naming.vault_fault, "vault name")
    yield from _judged(block.settings.get("frontendCrt"), naming.object_fault, "object name")
    for planned in block.classes:
        reserved = planned.key == FRONTEND_CLASS
        why = naming.subdomain_fault(planned.class_name) or ("the charts use it for frontendCrt" if reserved else None)
        if why:
            yield _refused(
                planned.setting, f"{planned.class_name} cannot be a class's name: {why}", "rename the class key"
            )
        for entry in planned.entries:
            yield from _judged(entry.name_setting, naming.subdomain_fault, "Secret name")
            if entry.name == FRONTEND_CLASS and entry.name_setting:
                why = f"the Secret {FRONTEND_CLASS} is reserved: frontendCrt makes it"
                yield _refused(entry.name_setting, why, "set frontendCrt to the certificate's name instead")
            yield from _judged(entry.object_setting, naming.object_fault, "object name")
            for key in entry.keys:
                fault = naming.key_fault(key.key)
                if fault:
                    yield _refused(key.setting, f"{key.key!r} cannot be a Secret's key: {fault}", "rename the key")
                yield from _judged(key.setting, naming.object_fault, "object name")


def _judged(setting: facts.Setting | None, fault: naming.Rule, what: str) -> Iterator[Finding]:
    """Judge one name; what is missing, unfinished or no string at all is for keyvault-values to say."""
    if setting is None or setting.empty or setting.kind != "string" or is_placeholder(setting.text):
        return
    if setting.text is None:
        yield _refused(setting, f"this is no legal {what} (its text is not shown)", "write the name, never the value")
    elif plain_kind(setting.text) == "string":
        why = fault(setting.text)
        if why:
            yield _refused(setting, f"{setting.text!r} is no legal {what}: {why}", "rename it")


def _refused(setting: facts.Setting, message: str, hint: str) -> Finding:
    return fail(f"Not legal: {message}", f"values/{dotted(setting.path)}", hint, location=location(setting))


def _unconventional(block: KeyVaultBlock, prefix: str) -> Iterator[Finding]:
    """One warning per Secret, with the names the convention expects."""
    for planned in block.classes:
        for entry in planned.entries:
            objects = _legal_objects(entry)
            if not objects or not entry.name:
                continue
            two = [] if entry.type == TLS else naming.feeding_two(objects)
            why = naming.off_convention(objects, prefix)
            if two:
                name, one, other = two[0]
                why = f"{name} fills both {one} and {other}"
            if why:
                expected = naming.expected_names(entry.name, objects, prefix)
                yield warn(
                    f"Not the convention: {entry.name}: {why}",
                    f"values/{dotted(entry.setting.path)}",
                    _expecting(objects, expected, prefix),
                    evidence={"secret": entry.name, "expected": dict(expected)},
                    location=location(entry.keys_setting or entry.setting),
                )


def _expecting(objects: dict[str, str], expected: dict[str, str], prefix: str) -> str:
    """Name the objects without the prefix where there are any, else all: what tells them apart is between them."""
    begin = naming.words(prefix)
    outside = [key for key, name in objects.items() if naming.words(name)[: len(begin)] != begin]
    said = ", ".join(f"{key}: {expected[key]}" for key in outside or expected)
    return f"expected {said}; the vault must hold it under that name first"


def _legal_objects(entry: SecretEntry) -> dict[str, str]:
    """Key to object, of those keys whose object has a legal name."""
    named = {key.key: key.object_name for key in entry.keys if key.setting.kind == "string"}
    return {
        key: name for key, name in named.items() if name and not naming.object_fault(name) and not is_placeholder(name)
    }


def _misspelt(block: KeyVaultBlock, listed: set[str] | None) -> Iterator[Finding]:
    """A planned object that the vault lacks while one a letter apart is there, or planned too."""
    if listed is None:
        return
    there = {name.lower() for name in listed}
    known = {name.lower(): name for name in (*listed, *(need.name for need in objects_needed(block)))}
    for need in objects_needed(block):
        if need.name.lower() in there:
            continue
        near = sorted(name for name in known.values() if naming.one_letter_apart(need.name, name))
        if near:
            yield warn(
                f"{need.name} is not in the vault, and {near[0]} is one letter apart",
                f"values/{dotted(need.setting.path)}",
                f"if it is a typing error, write {near[0]}",
                location=location(need.setting),
            )
