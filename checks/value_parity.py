"""value-parity: what the vault holds is what the cluster has."""

from collections.abc import Iterator

from preflight import Finding, Missing, check, facts, fail, passed, skip, unknown, warn
from preflight.access.commands import az, commands
from preflight.sync.existing import namespace_of
from preflight.sync.passwords import KEPT
from preflight.sync.values import keyvault

_HOW = {
    "different": "differs from",
    "line break": "is, but for a line break at an end, the same as",
    "encoding": "is, in another encoding, the same as",
}


@check("value-parity", group="collision", stages=("deploy", "verify"))
def value_parity(
    values: facts.Values,
    header: facts.Header,
    value_parity: tuple[facts.ValueRelation, ...] | Missing | None = None,
    release: facts.Release | Missing | None = None,
) -> Iterator[Finding]:
    """Vault and cluster hold the same value.

    SQL Server, Neo4j and RabbitMQ keep the password they were first started with, and Elasticsearch may. When the
    driver brings another one, clients are refused. A line break typed into the vault, or a value put there in base64,
    goes along as it is. Only with `--read-values`, which fetches values, compares them in memory and keeps only how
    they relate.

    Fix: put the present value into the vault (`az keyvault secret set --file`, without a line break at its end), or
    change the password in the service first.
    """
    block = keyvault(values)
    if not isinstance(value_parity, tuple):
        tried = isinstance(value_parity, Missing) and value_parity.is_lost
        reason = value_parity.reason if isinstance(value_parity, Missing) else ""
        yield (
            unknown(f"values were not compared: {reason}") if tried else skip("values are compared with --read-values")
        )
        return
    if block is None or not block.enabled or not value_parity:
        yield skip("no value is synced")
        return
    compared = [one for one in value_parity if not one.relation.startswith("not in")]
    odd = sorted(
        (one for one in compared if one.relation != "equal"), key=lambda one: (one.secret, one.key, one.rule or "")
    )
    namespace = namespace_of(header, release)
    yield from (_odd(one, namespace, header.target.vault or "VAULT") for one in odd)
    if not odd and compared:
        left = len(value_parity) - len(compared)
        others = f"; {left} are not yet on both sides" if left else ""
        yield passed(
            f"all {len(compared)} values are the same in vault and cluster{others}",
            evidence={"compared": len(compared)},
        )
    elif not compared:
        yield skip("no value is on both sides yet")


def _odd(one: facts.ValueRelation, namespace: str, vault: str) -> Finding:
    what = f"what it should be ({one.rule})" if one.rule else f"key {one.key} of Secret {one.secret}"
    right = f"let it be {one.rule}" if one.rule else "put the value that is in use into the vault"
    # The value comes from a file: on a command line it would stay in the shell's history.
    upload = az("keyvault secret set", vault_name=vault, name=one.object_name, file="FILE")
    return (fail if (one.secret, one.key) in KEPT else warn)(
        f"{one.object_name} {_HOW[one.relation]} {what}",
        f"secret/{namespace}/{one.secret}",
        f"{one.object_name}: {right}, without a line break at its end",
        evidence={"key": one.key, "relation": one.relation, "rule": one.rule},
        commands=commands(upload),
    )
