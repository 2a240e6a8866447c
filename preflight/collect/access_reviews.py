"""What the caller may do in the release's namespace: one access review for each request the next step makes."""

import msgspec

from preflight.access.operator import NAMESPACE_NEEDS, NamespaceNeed
from preflight.collect.cluster import Cluster, review
from preflight.collect.decoding import Undecodable, decode
from preflight.collect.reading import Get, Unreadable
from preflight.collect.release import DEFAULT_NAMESPACE
from preflight.facts import AccessReview, Missing


def read_access_reviews(cluster: Cluster, namespace: str | None, get_fact: Get) -> tuple[AccessReview, ...]:
    """Ask about every need in `NAMESPACE_NEEDS`; nothing is made or changed by asking.

    Without a namespace it is the release's, else the kubeconfig's, else `cluedin`.
    """
    if namespace is None:
        release = get_fact("release")
        found = None if isinstance(release, Missing) else release.namespace
        namespace = found or cluster.namespace or DEFAULT_NAMESPACE
    return tuple(_asked(cluster, need, namespace) for need in NAMESPACE_NEEDS)


def _asked(cluster: Cluster, need: NamespaceNeed, namespace: str) -> AccessReview:
    attributes = {"namespace": namespace, "verb": need.verb, "group": need.group, "resource": need.resource}
    question = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    try:
        return decode(review(cluster, msgspec.json.encode(question)), AccessReview)
    except Undecodable as error:
        raise Unreadable(f"{cluster.server} answered an access review with something else: {error}") from None
