"""Which version of the secrets-store driver runs: read from the image tag of its DaemonSet."""

import re
from collections.abc import Iterable

from preflight.facts import DaemonSet

_NAMES = ("aks-secrets-store-csi-driver", "csi-secrets-store", "secrets-store-csi-driver")
_CONTAINER = "secrets-store"
_TAG = re.compile(r":v?(\d+)\.(\d+)(?:\.(\d+))?")


def driver_version(daemon_sets: Iterable[DaemonSet] | None) -> tuple[int, ...] | None:
    """The version as numbers, None when no such DaemonSet was read or its image is named by digest only.

    The image `…/secrets-store/driver:v1.5.4` of its container `secrets-store` gives (1, 5, 4).
    """
    for daemon_set in daemon_sets or ():
        if not any(name in daemon_set.metadata.name for name in _NAMES):
            continue
        for container in daemon_set.spec.template.spec.containers:
            tag = _TAG.search(container.image.rpartition("/")[2])
            if tag and container.name == _CONTAINER:
                return tuple(int(part) for part in tag.groups() if part)
    return None
