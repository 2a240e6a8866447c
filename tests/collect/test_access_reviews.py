"""Access reviews against a real API server with its RBAC authoriser."""

from typing import Any

import pytest

from preflight.collect.access_reviews import read_access_reviews
from preflight.collect.kubernetes import connect
from preflight.facts import AccessReview, Missing
from tests.control_plane.build import BUILD_COMMAND, find_assets
from tests.control_plane.cluster import ControlPlane, KubernetesObject

pytestmark = pytest.mark.control_plane

RBAC = "rbac.authorization.k8s.io"


def deployer(namespace: str) -> list[KubernetesObject]:
    """A person who may deploy in the namespace, but not delete Secrets."""
    rules = [
        {"apiGroups": ["secrets-store.csi.x-k8s.io"], "resources": ["*"], "verbs": ["create", "delete"]},
        {"apiGroups": ["apps"], "resources": ["deployments", "statefulsets"], "verbs": ["patch"]},
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["create"]},
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["delete"]},
    ]
    metadata = {"name": "deployer", "namespace": namespace}
    binding = {
        "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": "deployer"},
        "subjects": [{"apiGroup": RBAC, "kind": "User", "name": "deployer"}],
    }
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}},
        {"apiVersion": f"{RBAC}/v1", "kind": "Role", "metadata": metadata, "rules": rules},
        {"apiVersion": f"{RBAC}/v1", "kind": "RoleBinding", "metadata": metadata, **binding},
    ]


def unnamed(_name: str) -> Any:
    return Missing(reason="not read")


def refused(reviews: tuple[AccessReview, ...]) -> list[tuple[str, str]]:
    asked = [(review.spec.resource_attributes, review.status.allowed) for review in reviews]
    return [(request.verb, request.resource) for request, allowed in asked if not allowed]


def test_each_need_is_asked_about_in_the_namespace_and_nothing_is_made() -> None:
    if find_assets() is None:
        pytest.skip(f"no etcd and kube-apiserver here; get them with: {BUILD_COMMAND}")
    with ControlPlane(users={"deployer": ()}) as cluster:
        cluster.load(deployer("cluedin"))
        connected = connect(str(cluster.kubeconfig("deployer")))
        reviews = read_access_reviews(connected, "cluedin", unnamed)
        assert refused(reviews) == [("delete", "secrets")]
        assert {review.spec.resource_attributes.namespace for review in reviews} == {"cluedin"}
        assert read_access_reviews(connected, None, unnamed) == reviews
        assert len(refused(read_access_reviews(connected, "elsewhere", unnamed))) == len(reviews)
        requests = cluster.audit(user="deployer")
        assert {request.uri for request in requests} == {"/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"}
