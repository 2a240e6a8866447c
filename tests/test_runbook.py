import shutil
import subprocess

import msgspec
import pytest
from hypothesis import given

from preflight.model import Commands, Finding, Location, Target
from preflight.runbook import steps
from tests.report.reports import HEALTHY, TROUBLED, finding, outcome
from tests.report.strategies import REPORTS, UNHURRIED

CURE = Commands(bash=("az aks nodepool add -n general2",), powershell=("az aks nodepool add -n general2",))


def test_steps_stand_in_the_order_in_which_they_can_be_done() -> None:
    found = [
        outcome("installer-secrets", "collision", "t", finding("fail", "m", "secret/a/b", "delete it")),
        outcome("keyvault-values", "values", "t", finding("fail", "m", "values/a", "fill it in")),
        outcome("identity-permissions", "identity", "t", finding("fail", "m", "identity/a", "grant it")),
        outcome("identity-kind", "identity", "t", finding("fail", "m", "values/b", "set it")),
        outcome("addon-state", "addon", "t", finding("pass", "off", "cluster/a", "enable it")),
        outcome("vault-found", "vault", "t", finding("fail", "m", "vault/a", "make it")),
        outcome("max-pods-headroom", "capacity", "t", finding("warn", "m", "node/a", "add a node")),
    ]
    made = steps(found, Target())
    assert [(step.phase, step.what) for step in made] == [
        ("room", "add a node"),
        ("vault", "make it"),
        ("add-on", "enable it"),
        ("grant", "grant it"),
        ("values", "fill it in"),
        ("values", "set it"),
        ("secrets", "delete it"),
    ]


def test_findings_with_one_cure_are_one_step() -> None:
    found = [
        outcome("a", "capacity", "t", *(finding("warn", "m", f"node/{i}", "add a node", commands=CURE) for i in "xy")),
        outcome("b", "capacity", "t", finding("fail", "m", "node/x", "add a node", commands=CURE)),
    ]
    (step,) = steps(found, Target())
    assert (step.checks, step.objects, step.status) == (("a", "b"), ("node/x", "node/y"), "fail")
    assert step.commands == (CURE,)


def test_all_that_a_node_lacks_is_one_step() -> None:
    found = [
        outcome(
            "a", "capacity", "t", finding("fail", "m", "node/x", "free a slot"), finding("fail", "m", "node/y", "h")
        ),
        outcome("b", "capacity", "t", finding("fail", "m", "node/x", "lower its cpu", commands=CURE)),
    ]
    assert [(step.what, step.checks) for step in steps(found, Target())] == [
        ("free a slot; lower its cpu", ("a", "b")),
        ("h", ("a",)),
    ]


def test_where_a_line_of_the_values_is_at_fault_the_values_change() -> None:
    there = Location(file="values.yaml", line=1)
    found = [outcome("a", "vault", "t", finding("fail", "m", "vault/a", "h", location=there))]
    assert [step.phase for step in steps(found, Target())] == ["values"]
    found = [outcome("a", "identity", "t", finding("fail", "m", "identity/a", "h", location=there, commands=CURE))]
    assert [step.phase for step in steps(found, Target())] == ["grant"]


def test_a_secret_is_touched_last_though_the_values_name_it() -> None:
    there = Location(file="values.yaml", line=1)
    found = [
        outcome("installer-secrets", "collision", "t", finding("fail", "m", "secret/a/b", "delete it", location=there)),
        outcome("pods-start", "sync", "t", finding("fail", "m", "pod/a/b", "restart it")),
        outcome("secret-keys", "sync", "t", finding("fail", "m", "secret/a/b", "add the key")),
    ]
    assert [step.phase for step in steps(found, Target())] == ["values", "secrets", "secrets"]


def test_repairs_come_before_what_is_next() -> None:
    found = [
        outcome("a", "addon", "t", finding("pass", "m", "cluster/a", "enable it")),
        outcome("b", "addon", "t", finding("fail", "m", "cluster/a", "start it")),
    ]
    assert [step.what for step in steps(found, Target())] == ["start it", "enable it"]


def test_commands_that_two_findings_share_are_one_step_told_by_the_louder() -> None:
    found = [
        outcome("identity-permissions", "identity", "t", finding("fail", "m", "identity/a", "grant it", commands=CURE)),
        outcome("operator-permissions", "identity", "t", finding("warn", "m", "operator/b", "ask", commands=CURE)),
    ]
    (step,) = steps(found, Target())
    assert (step.what, step.objects, step.commands) == ("grant it", ("identity/a", "operator/b"), (CURE,))


def requesting(amount: str) -> Commands:
    line = f"kubectl set resources statefulset/a -n b -c c --requests=cpu={amount}"
    return Commands(bash=(line,), powershell=(line,))


def test_one_workload_s_requests_are_set_once() -> None:
    found = [
        outcome("fresh-node-fit", "capacity", "t", finding("fail", "m", "pool/p", "less", commands=requesting("1"))),
        outcome(
            "node-resource-pressure", "capacity", "t", finding("fail", "m", "node/n", "l", commands=requesting("2"))
        ),
    ]
    (step,) = steps(found, Target())
    assert step.commands == (requesting("2"),)


def consequence(check: str, message: str, *pods: str) -> Finding:
    made = finding("fail", message, "pod/cluedin/p", "see the cause")
    return msgspec.structs.replace(made, evidence={"check": check, "pods": [*pods]})


def test_what_follows_from_another_finding_goes_with_its_step() -> None:
    found = [
        outcome("vault-objects", "vault", "t", finding("fail", "m", "vault-secret/lost", "upload it", commands=CURE)),
        outcome("pods-start", "sync", "t", consequence("vault-objects", "waits: lost: not there", "p-1")),
        outcome("sync-status", "sync", "t", consequence("pods-start", "not arrived", "p-1")),
    ]
    (step,) = steps(found, Target())
    assert (step.phase, step.what) == ("vault", "upload it")
    assert step.checks == ("vault-objects", "pods-start", "sync-status")


def test_what_follows_from_nothing_that_was_found_is_a_step_of_its_own() -> None:
    found = [
        outcome("vault-objects", "vault", "t", finding("fail", "m", "vault-secret/other", "upload it", commands=CURE)),
        outcome("pods-start", "sync", "t", consequence("vault-objects", "waits: lost: not there", "p-1")),
    ]
    assert [step.what for step in steps(found, Target())] == ["upload it", "see the cause"]


def test_who_what_it_costs_and_the_way_back_are_those_of_the_commands() -> None:
    cure = Commands(bash=("kubectl rollout restart deployment/a -n b",), powershell=("x",))
    (step,) = steps([outcome("a", "sync", "t", finding("fail", "m", "pod/b/a", "h", commands=cure))], Target())
    assert step.interrupts == "the pods of deployment/a restart, one after the other"
    assert "namespace b" in step.who


def test_verifying_looks_at_the_same_cluster_and_asks_the_same_question() -> None:
    found = [outcome("a", "capacity", "t", finding("fail", "m", "node/a", "h"))]
    target = Target(context="my context", values=("v.yaml",))
    (step,) = steps(found, target, "enable")
    assert step.verify.bash == ("cluedin-preflight run -c a --stage enable --context 'my context' -f v.yaml",)
    assert "--stage" not in steps(found, target)[0].verify.bash[0]


def test_after_a_deployment_secrets_are_waited_for() -> None:
    cure = Commands(bash=("helm upgrade r c/p -n n -f v.yaml",))
    found = [outcome("chart-support", "values", "t", finding("pass", "m", None, "deploy", commands=cure))]
    (step,) = steps(found, Target(context="c"))
    assert step.verify.bash == ("cluedin-preflight run --stage verify --wait 10m --context c",)


def test_what_needs_nothing_makes_no_step() -> None:
    assert steps(HEALTHY.outcomes, HEALTHY.target) == ()
    known = msgspec.structs.replace(TROUBLED.outcomes[0].findings[0], known=True)
    assert steps([outcome("a", "capacity", "t", known)], Target()) == ()


def test_a_command_alone_is_a_step_named_by_the_check() -> None:
    (step,) = steps([outcome("a", "addon", "It runs", finding("unknown", "m", commands=CURE))], Target())
    assert step.what == "It runs"


def test_every_step_says_who_what_it_costs_and_how_to_verify_and_undo() -> None:
    for step in steps(TROUBLED.outcomes, TROUBLED.target):
        assert step.who
        assert step.undo
        assert step.interrupts
        assert step.verify.bash[0].startswith("cluedin-preflight run -c ")
        assert step.verify.bash[0].endswith("-f values.yaml")


@pytest.mark.subprocess
def test_what_verifies_is_a_command_bash_can_read() -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not here: its parser was not asked")
    target = Target(values=("a b.yaml", "it's; rm -rf x", "$(x)", "-f"))
    commands = [line for step in steps(TROUBLED.outcomes, target) for line in step.verify.bash]
    assert "'$(x)'" in commands[0]
    subprocess.run([bash, "-n"], input="\n".join(commands).encode(), check=True, capture_output=True)


@UNHURRIED
@given(REPORTS)
def test_whatever_was_found_the_steps_are_ordered_and_named(made: object) -> None:
    found = made.outcomes  # type: ignore[attr-defined] # a Report, built by the strategy
    phases = [step.phase for step in steps(found, Target())]
    order = ["room", "vault", "add-on", "grant", "values", "secrets"]
    assert phases == sorted(phases, key=order.index)
