"""What commands take: who, what they interrupt, and the way back."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.acts import ACTS
from preflight.effects import effect
from preflight.model import Commands
from preflight.shells import Into, Note, commands

SCOPE = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-1"


def back(*lines: str) -> list[str]:
    undone = effect([Commands(bash=lines)]).undo_commands
    return [*undone.bash] if undone else []


@pytest.mark.parametrize(
    ("done", "undone"),
    [
        (
            f"az role assignment create --assignee-object-id o --role 'R s' --scope {SCOPE}",
            f"az role assignment delete --assignee o --role 'R s' --scope {SCOPE}",
        ),
        (
            "az keyvault set-policy --name kv --resource-group rg --object-id o --secret-permissions get list set",
            "az keyvault set-policy --name kv --resource-group rg --object-id o --secret-permissions list set",
        ),
        (
            "az aks enable-addons --name a --resource-group g --subscription s --addons x",
            "az aks disable-addons --name a --resource-group g --subscription s --addons x",
        ),
        (
            "az aks nodepool scale --cluster-name a --name p --resource-group g --node-count 3",
            "az aks nodepool scale --cluster-name a --name p --resource-group g --node-count 2",
        ),
        (
            "az keyvault secret set --vault-name kv --name n --file FILE",
            "az keyvault secret delete --vault-name kv --name n",
        ),
        (
            "az keyvault certificate set-attributes --vault-name kv --name n --enabled true",
            "az keyvault certificate set-attributes --vault-name kv --name n --enabled false",
        ),
        (
            "az network vnet subnet update --ids i --service-endpoints Microsoft.Sql Microsoft.KeyVault",
            "az network vnet subnet update --ids i --service-endpoints Microsoft.Sql",
        ),
        (
            "kubectl set resources statefulset/neo4j -n cluedin -c neo4j --requests=cpu=1m",
            "kubectl rollout undo statefulset/neo4j -n cluedin",
        ),
        ("helm upgrade r c/p -n cluedin --version 2.6.0 -f v.yaml", "helm rollback r -n cluedin"),
    ],
)
def test_the_way_back(done: str, undone: str) -> None:
    assert back(done) == [undone]


def test_a_secret_comes_back_from_its_copy_first_thing_last() -> None:
    cure = commands(
        Note("first a copy"),
        Into(("kubectl", "get", "secret", "s", "-n", "ns", "-o", "yaml"), "s.backup.yaml"),
        ("kubectl", "delete", "secret", "s", "-n", "ns"),
    )
    told = effect([cure])
    assert told.undo_commands == commands(("kubectl", "apply", "-f", "s.backup.yaml", "-n", "ns"))
    assert told.interrupts == (
        "pods that read secret/s do not start while it is absent; running ones keep the old values until restarted",
    )
    assert told.who == ("somebody who may read and delete Secrets in namespace ns (ClusterRole edit)",)


def test_what_only_looks_takes_nothing() -> None:
    told = effect([Commands(bash=("kubectl get pods -A", "az aks show -g g -n n", "echo 'unclosed", "# a note", ""))])
    assert (told.who, told.interrupts, told.undo, told.undo_commands) == ((), (), (), None)


def test_several_commands_are_undone_the_last_first() -> None:
    lines = ("az aks start --name a --resource-group g", "az keyvault recover --name kv --location l")
    assert back(*lines) == ["az keyvault delete --name kv", "az aks stop --name a --resource-group g"]


def test_names_of_what_is_done_stand_in_the_texts() -> None:
    told = effect([Commands(bash=(f"az role assignment create --assignee-object-id o --role r --scope {SCOPE}",))])
    assert "at kv-1 " in told.who[0]
    told = effect([Commands(bash=("kubectl delete pod p-0 -n ns",))])
    assert told.interrupts == ("pod/p-0 stops and is made anew",)


@given(
    st.sampled_from(ACTS), st.lists(st.sampled_from(["-n", "--name", "--ids", "x", "{y}", "--node-count", "3", ">"]))
)
def test_whatever_follows_a_verb_is_taken(act: object, rest: list[str]) -> None:
    line = f"{act.verb} {shlex.join(rest)}"  # type: ignore[attr-defined] # an Act
    told = effect([Commands(bash=(line,))])
    assert len(told.who) <= 1
