from typing import Any

import pytest

from checks.value_parity import value_parity
from preflight import Finding, Missing, Status, facts
from preflight.facts import ValueRelation
from preflight.testing import judge
from tests.checks.identity_plan import ADDON, plan

EMAIL = "cluedin-email"
PLAN = plan(ADDON.client_id, EmailHost="cluedin-email-host")


def findings(*relations: ValueRelation, **given: Any) -> tuple[Finding, ...]:
    known: dict[str, Any] = {"values": PLAN, "value_parity": relations}
    return judge(value_parity, stage="verify", **{**known, **given}).findings


def one(relation: facts.Relation, secret: str = EMAIL, key: str = "k", rule: str | None = None) -> ValueRelation:
    return ValueRelation(secret=secret, key=key, object_name="o", relation=relation, rule=rule)


def test_equal_values_pass_and_what_is_not_on_both_sides_is_counted() -> None:
    (finding,) = findings(one("equal"), one("not in the cluster"))
    assert (finding.status, finding.evidence) == (Status.PASS, {"compared": 1})
    assert "1 are not yet on both sides" in finding.message


@pytest.mark.parametrize(
    ("relation", "said"),
    [("different", "differs from"), ("line break", "line break"), ("encoding", "another encoding")],
)
def test_unequal_values_warn_and_fail_where_a_service_keeps_its_password(relation: Any, said: str) -> None:
    warned, failed = findings(one(relation), one(relation, "cluedin-rabbitmq", "rabbitmq-password"))[::-1]
    assert (warned.status, failed.status) == (Status.WARN, Status.FAIL)
    assert said in warned.message
    assert warned.evidence["relation"] == relation
    assert warned.object == "secret/cluedin/cluedin-email"
    assert warned.commands
    assert warned.commands.bash == ("az keyvault secret set --vault-name VAULT --name o --file FILE",)


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        ("elasticsearch-credentials", "username"),
        ("elasticsearch-credentials", "password"),
        ("cluedin-rabbitmq", "rabbitmq-erlang-cookie"),
        ("cluedin-redis", "redis-password"),
    ],
)
def test_what_no_service_is_sure_to_keep_does_not_fail(secret: str, key: str) -> None:
    assert findings(one("different", secret, key))[0].status is Status.WARN


def test_a_value_that_should_follow_from_another_is_told_by_its_rule() -> None:
    (finding,) = findings(one("different", "cluedin-neo4j-auth", rule="neo4j/ and the password"))
    assert "o differs from what it should be (neo4j/ and the password)" in finding.message


@pytest.mark.parametrize(
    ("why", "status"), [("not-yet", Status.SKIP), ("not-given", Status.SKIP), ("refused", Status.UNKNOWN)]
)
def test_not_asked_for_is_a_skip_and_refused_is_unknown(why: Any, status: Status) -> None:
    (finding,) = findings(value_parity=Missing(reason="only with --read-values", why=why))
    assert finding.status is status


def test_nothing_to_compare_is_a_skip() -> None:
    assert findings()[0].status is Status.SKIP
    assert findings(one("not in the vault"))[0].status is Status.SKIP
    assert findings(one("equal"), values=plan(None, enabled="false"))[0].status is Status.SKIP
