import json
from pathlib import Path

import pytest

from preflight.collect.kubeconfig import context_of


@pytest.fixture
def kubeconfig(tmp_path: Path) -> str:
    servers = {"staging": "https://aks-staging.hcp.azmk8s.io:443", "live": "https://AKS-live.hcp.azmk8s.io:443"}
    contexts = {"staging": "staging", "live": "live", "live-admin": "live"}
    path = tmp_path / "config"
    path.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "staging",
                "clusters": [{"name": name, "cluster": {"server": server}} for name, server in servers.items()],
                "users": [{"name": "u", "user": {}}],
                "contexts": [{"name": n, "context": {"cluster": c, "user": "u"}} for n, c in contexts.items()],
            }
        )
    )
    return str(path)


def test_the_context_of_the_named_clusters_host_is_found_whatever_its_case(kubeconfig: str) -> None:
    assert context_of(kubeconfig, ["aks-LIVE.hcp.azmk8s.io"]) == "live"


def test_the_current_context_comes_first_where_it_matches(kubeconfig: str) -> None:
    assert context_of(kubeconfig, ["aks-staging.hcp.azmk8s.io", "aks-live.hcp.azmk8s.io"]) == "staging"


def test_no_context_is_taken_for_a_cluster_it_is_not(kubeconfig: str, tmp_path: Path) -> None:
    assert context_of(kubeconfig, ["aks-other.hcp.azmk8s.io"]) is None
    assert context_of(str(tmp_path / "missing"), ["aks-live.hcp.azmk8s.io"]) is None
