"""What `helm template` makes of a chart and the given values; nothing of a cluster is asked."""

import shutil
import subprocess
from collections.abc import Sequence

from preflight.collect.manifests import read_manifests
from preflight.errors import InputError, UsageError
from preflight.facts import Manifest

TIMEOUT = 120
"""Seconds: the charts render in three."""


def rendered(
    chart: str,
    values_files: Sequence[str],
    sets: Sequence[str],
    *,
    version: str | None = None,
    release: str | None = None,
    namespace: str | None = None,
    kubernetes_version: str | None = None,
) -> Manifest:
    """Render a chart (a folder, an archive, or repository/name) as helm would for an install, hooks included.

    Helm's own words can quote values, so of a refusal only that it was one is told. Raises UsageError where helm is not
    on the PATH, InputError where it refuses.
    """
    helm = shutil.which("helm")
    if helm is None:
        raise UsageError("--chart needs helm on the PATH; or render it yourself and give --manifest FILE")
    command = [helm, "template", release or "cluedin", chart, "--namespace", namespace or "cluedin"]
    command += [part for file in values_files for part in ("--values", file)]
    command += [part for text in sets for part in ("--set", text)]
    command += ["--version", version] if version else []
    command += ["--kube-version", kubernetes_version] if kubernetes_version else []
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT, check=False, stdin=subprocess.DEVNULL)  # noqa: S603 - no shell; the user's own words are arguments
    except subprocess.TimeoutExpired:
        raise InputError(f"{chart}: helm template gave nothing within {TIMEOUT} s") from None
    if done.returncode != 0:
        raise InputError(
            f"{chart}: helm template refuses this chart with these values; see why: helm template {chart} -f VALUES"
        )
    return read_manifests([(chart, done.stdout)], "chart")
