"""Commands that change something, by verb: who may run them, what that interrupts, which command takes it back."""

from collections.abc import Callable
from typing import NamedTuple

from preflight.shells import Words


class Act(NamedTuple):
    """What commands of one verb take; `back` makes the command that undoes one, None where none does.

    Texts may name what the command does: `{object}`, `{namespace}`, `{scope}`.
    """

    verb: str
    who: str
    interrupts: str
    undo: str
    back: Callable[[Words], Words | None] | None = None


def option(words: Words, name: str) -> str:
    """Return the value of an option, "" where the command has none."""
    return next((words[i + 1] for i, word in enumerate(words[:-1]) if word == name), "")


def _values(words: Words, name: str) -> Words:
    """Return all values of an option that takes several."""
    if name not in words:
        return ()
    rest = words[words.index(name) + 1 :]
    end = next((i for i, word in enumerate(rest) if word.startswith("-")), len(rest))
    return rest[:end]


def _kept(words: Words, *names: str) -> Words:
    """Return these options with their values, as they stand in the command."""
    return tuple(word for name in names if name in words for word in (name, *_values(words, name)))


_WHERE = ("--name", "--resource-group", "--subscription")


def _instead(verb: str, *names: str) -> Callable[[Words], Words]:
    """Make the command that undoes another: other words at its start, the same options."""
    return lambda words: (*verb.split(), *_kept(words, *names))


def _policy_back(words: Words) -> Words:
    # What was held before is said too, because set-policy replaces; `get` is what was added.
    held = tuple(word for word in _values(words, "--secret-permissions") if word != "get")
    return ("az", "keyvault", "set-policy", *_kept(words, *_WHERE, "--object-id"), "--secret-permissions", *held)


def _grant_back(words: Words) -> Words:
    who = option(words, "--assignee-object-id")
    return ("az", "role", "assignment", "delete", "--assignee", who, *_kept(words, "--role", "--scope"))


def _one_node_less(words: Words) -> Words | None:
    count = _one_less(option(words, "--node-count"))
    kept = _kept(words, "--cluster-name", *_WHERE)
    return ("az", "aks", "nodepool", "scale", *kept, "--node-count", count) if count else None


def _one_node_less_at_most(words: Words) -> Words | None:
    count = _one_less(option(words, "--max-count"))
    kept = _kept(words, "--cluster-name", *_WHERE, "--update-cluster-autoscaler", "--min-count")
    return ("az", "aks", "nodepool", "update", *kept, "--max-count", count) if count else None


def _one_less(number: str) -> str:
    return str(int(number) - 1) if number.isdecimal() and int(number) else ""


def _endpoints_back(words: Words) -> Words:
    kept = [word for word in _values(words, "--service-endpoints") if word.lower() != "microsoft.keyvault"]
    return ("az", "network", "vnet", "subnet", "update", *_kept(words, "--ids"), "--service-endpoints", *kept)


def _from_copy(words: Words) -> Words:
    return ("kubectl", "apply", "-f", words[-1], "-n", option(words, "-n"))


def _revision_back(words: Words) -> Words:
    return ("kubectl", "rollout", "undo", *words[3:4], *_kept(words, "-n"))


def _disabled(words: Words) -> Words:
    return (*words[:4], *_kept(words, "--vault-name", "--name"), "--enabled", "false")


def _release_back(words: Words) -> Words:
    return ("helm", "rollback", *words[2:3], *_kept(words, "-n"))


_GRANTOR = (
    "an Owner, User Access Administrator or Role Based Access Control Administrator at {scope} (a Contributor may not)"
)
_VAULT_MANAGER = "a Key Vault Contributor, Contributor or Owner of the vault"
_OBJECTS_OFFICER = (
    "a Key Vault Secrets Officer (for certificates Key Vault Certificates Officer) at the vault, or whose policy has it"
)
_CLUSTER_MANAGER = "somebody with the role Azure Kubernetes Service Contributor Role, Contributor or Owner"
_NETWORK_MANAGER = "a Network Contributor of the subnet's network"
_NAMESPACE_EDITOR = "somebody who may edit workloads in namespace {namespace} (ClusterRole edit)"
_SECRET_EDITOR = "somebody who may read and delete Secrets in namespace {namespace} (ClusterRole edit)"  # noqa: S105 - a right

COPY = Act(
    "kubectl get secret",
    _SECRET_EDITOR,
    "",
    "put the Secret back from the copy (it holds the values: keep it safe, and delete it in the end)",
    _from_copy,
)
ACTS = (
    Act(
        "az role assignment create",
        _GRANTOR,
        "nothing; a grant may take ten minutes to take effect",
        "delete the role assignment",
        _grant_back,
    ),
    Act(
        "az keyvault set-policy",
        _VAULT_MANAGER,
        "nothing; a policy takes effect within minutes",
        "take the permission out of the policy again",
        _policy_back,
    ),
    Act(
        "az aks enable-addons",
        _CLUSTER_MANAGER,
        "two more pods start on every node; where there is no room they push out others",
        "disable it, as long as no pod mounts the vault: pods that do will not start again without it",
        _instead("az aks disable-addons", *_WHERE, "--addons"),
    ),
    Act(
        "az aks start", _CLUSTER_MANAGER, "nothing: nothing runs yet", "stop it again", _instead("az aks stop", *_WHERE)
    ),
    Act("az aks update", _CLUSTER_MANAGER, "nothing that runs", "run it again with the setting as it was"),
    Act(
        "az aks nodepool scale",
        _CLUSTER_MANAGER,
        "nothing: a node is added",
        "take the node away again",
        _one_node_less,
    ),
    Act(
        "az aks nodepool update",
        _CLUSTER_MANAGER,
        "nothing: a node may be added",
        "lower the maximum again",
        _one_node_less_at_most,
    ),
    Act(
        "az keyvault secret set",
        _OBJECTS_OFFICER,
        "nothing; pods that wait for it start within two minutes",
        "delete it; soft delete keeps it",
        _instead("az keyvault secret delete", "--vault-name", "--name"),
    ),
    *(
        Act(
            f"az keyvault {kind} recover",
            _OBJECTS_OFFICER,
            "nothing; pods that wait for it start within two minutes",
            "delete it again; soft delete keeps it",
            _instead(f"az keyvault {kind} delete", "--vault-name", "--name"),
        )
        for kind in ("secret", "certificate")
    ),
    *(
        Act(
            f"az keyvault {kind} set-attributes",
            _OBJECTS_OFFICER,
            "nothing; pods that wait for it start within two minutes",
            "disable it again",
            _disabled,
        )
        for kind in ("secret", "certificate")
    ),
    Act(
        "az keyvault recover",
        _VAULT_MANAGER,
        "nothing; its role assignments do not come back with it",
        "delete it again; soft delete keeps it",
        _instead("az keyvault delete", "--name"),
    ),
    Act(
        "az keyvault network-rule add",
        _VAULT_MANAGER,
        "nothing; the subnet gets in, nobody is shut out",
        "take the rule away again",
        _instead("az keyvault network-rule remove", "--name", "--subscription", "--subnet"),
    ),
    Act(
        "az network vnet subnet update",
        _NETWORK_MANAGER,
        "open connections from the subnet to vaults are cut for a moment, because they change their way",
        "take the service endpoint away again",
        _endpoints_back,
    ),
    Act(
        "az network private-endpoint create",
        f"{_NETWORK_MANAGER}, who may approve connections at the vault",
        "nothing, until the vault's name resolves to it",
        "delete the private endpoint",
        _instead("az network private-endpoint delete", *_WHERE),
    ),
    Act(
        "az network private-dns link vnet create",
        "a Private DNS Zone Contributor of the zone",
        "in that network the vault's name resolves to the private endpoint from then on",
        "delete the link",
        _instead(
            "az network private-dns link vnet delete", "--name", "--resource-group", "--subscription", "--zone-name"
        ),
    ),
    Act(
        "az vmss identity assign",
        "a Virtual Machine Contributor of the scale set, who is Managed Identity Operator of the identity",
        "nothing",
        "take the identity off again",
        _instead("az vmss identity remove", "--name", "--resource-group", "--identities"),
    ),
    Act(
        "az lock delete",
        "an Owner or User Access Administrator where the lock stands",
        "nothing; until it is made again nothing protects what it locked",
        "make the lock again once the change is done (az lock create)",
    ),
    Act(
        "kubectl set resources",
        _NAMESPACE_EDITOR,
        "the pods of {object} restart, one after the other",
        "roll it back; the values too, if they were changed",
        _revision_back,
    ),
    Act(
        "kubectl rollout restart",
        _NAMESPACE_EDITOR,
        "the pods of {object} restart, one after the other",
        "nothing to undo: what restarts is as before",
    ),
    Act(
        "kubectl delete pod",
        "somebody who may delete pods in namespace {namespace} (ClusterRole edit)",
        "{object} stops and is made anew",
        "nothing to undo: what was deleted is made anew",
    ),
    Act(
        "kubectl cordon",
        "somebody who may change nodes (Azure Kubernetes Service RBAC Cluster Admin, or cluster-admin)",
        "",
        "",
    ),
    Act(
        "kubectl delete secret",
        _SECRET_EDITOR,
        "pods that read {object} do not start while it is absent; running ones keep the old values until restarted",
        "",
    ),
    Act(
        "helm upgrade",
        "somebody who may deploy the release",
        "the pods that the upgrade changes restart",
        "roll the release back",
        _release_back,
    ),
)
