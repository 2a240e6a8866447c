"""Neo4j and Elasticsearch among the pods: those whose loss stops CluedIn."""

import re
from collections.abc import Iterable

from preflight.facts.kubernetes import Pod
from preflight.scheduling.pools import owner_kind
from preflight.scheduling.room import ENDED

DATABASES = {"neo4j": "Neo4j", "elasticsearch": "Elasticsearch"}
"""What charts call them, and what people do."""

_LABELS = ("app.kubernetes.io/name", "app", "app.kubernetes.io/component")
_NAME = re.compile(r"(?:^|-)(neo4j|elasticsearch)(?:-|$)")


def database_of(pod: Pod) -> str | None:
    """Return `Neo4j` or `Elasticsearch` for a pod of theirs, None for others.

    Known by the labels of the charts, whose values may carry the release's name (`cluedin-neo4j`), else by the name of
    a StatefulSet's pod. A Job such as `init-neo4j-job` is none, though it is named after one.
    """
    if owner_kind(pod) == "Job":
        return None
    texts = [pod.metadata.labels.get(label, "") for label in _LABELS]
    if owner_kind(pod) == "StatefulSet":
        texts.append(pod.metadata.name)
    found = (match[1] for text in texts if (match := _NAME.search(text)))
    return next((DATABASES[name] for name in found), None)


def databases(pods: Iterable[Pod]) -> list[Pod]:
    """Return the pods of both, by name, ended ones left out."""
    found = [pod for pod in pods if pod.status.phase not in ENDED and database_of(pod)]
    return sorted(found, key=lambda pod: (pod.metadata.namespace, pod.metadata.name))
