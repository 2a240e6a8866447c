"""Names that stay: those of the charts, of Kubernetes and of Azure say nothing about whose cluster it is."""

import re
from functools import cache
from importlib.resources import files

from preflight.access.principals import EVERYONE
from preflight.access.roles import BUILT_IN_NAMES, definition
from preflight.facts import FACTS
from preflight.symptoms import SYMPTOMS
from preflight.sync.block import is_placeholder

_WORDS = frozenset(
    # Namespaces and files as everybody calls them.
    "cluedin cluedin-platform default kube-system kube-public kube-node-lease gatekeeper-system calico-system "  # noqa: SIM905 - a list of words reads best as words
    "tigera-operator app-routing-system aks-istio-system aks-istio-ingress aks-command cert-manager ingress-nginx "
    "monitoring istio-system flux-system argocd values.yaml values.yml manifest.yaml manifest.yml "
    # What fields say that take one of a few words.
    "enable deploy verify files release chart map list string number boolean null token true false unknown "
    "refused failed partial offline not-given not-yet running pending succeeded ready approved deployed superseded "
    "in notin exists doesnotexist equal tcp udp sctp noschedule noexecute prefernoschedule always never recreate "
    "azurekeyvaultsecretsprovider kubeletidentity omsagent azurepolicy agentpool "
    "linux windows amd64 arm64 azure aks user system group serviceprincipal opaque allow deny helm kubectl".split()
)


_PUBLIC_HOSTS = (
    *("kubernetes.io", "k8s.io", "k8s.gcr.io", "gcr.io", "ghcr.io", "quay.io", "docker.io", "docker.com", "helm.sh"),
    *("azure.com", "azure.net", "azure.cn", "azure.us", "windows.net", "microsoft.com", "microsoftonline.com"),
    *("microsoftonline.us", "azmk8s.io", "azurecr.io", "usgovcloudapi.net", "chinacloudapi.cn", "github.com"),
    *("github.io", "cert-manager.io", "cluster.local", "elastic.co", "cluedin.com"),
)
"""Domains of everybody: what a customer chose in front of them is looked for by its own pattern."""


def is_public_host(host: str) -> bool:
    """Tell whether a host's name is, or ends in, a domain that everybody uses.

    >>> is_public_host("login.microsoftonline.com"), is_public_host("registry.acme.com")
    (True, False)
    """
    return any(host.lower() == domain or host.lower().endswith(f".{domain}") for domain in _PUBLIC_HOSTS)


def stays(name: str) -> bool:
    """Tell whether a name stays: somebody's own says whose it is, `cluedin`, `default` or `apps` do not.

    >>> stays("kube-system"), stays("cluedin-server"), stays("acme"), stays("#{vault}#")
    (True, True, False, True)
    """
    small = name.lower()
    return (
        len(small) < 2  # noqa: PLR2004 - a letter
        or small.isdecimal()
        or small in _WORDS
        or small == EVERYONE
        or definition(small, None) is not None
        or is_placeholder(name)
        or re.search(rf"(?<![a-z0-9]){re.escape(small)}(?![a-z0-9])", _vocabulary()) is not None
    )


@cache
def _vocabulary() -> str:
    """Everything that the charts, our own facts and the known symptoms spell out, in small letters."""
    charts = files("preflight.sync").joinpath("chart_facts.json").read_text("utf-8")
    ours = " ".join(f"{fact.name} {fact.path} {fact.right} {fact.ask}" for fact in FACTS.values())
    symptoms = " ".join(symptom.pattern for symptom in SYMPTOMS)
    roles = " ".join(BUILT_IN_NAMES)
    return f"{charts} {ours} {symptoms} {roles}".lower()
