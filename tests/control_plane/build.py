"""Find, or build with Go, the real Kubernetes programs that the tests start.

Run it once, as ``python tests/control_plane/build.py``: it builds etcd, kube-apiserver, kube-scheduler, kubectl and
helm from their public Go modules into a folder below the user's cache directory. With a filled cache it only says so.
A cold build takes about five minutes on two cores and two gigabytes of memory; it leaves several gigabytes in Go's own
caches, which nothing here needs afterwards (``go clean -cache -modcache`` gives the space back).

Nothing but the standard library, so that it runs before anything is installed. Where modules come from is Go's
business: GOPROXY, GOFLAGS and the rest are inherited from the environment.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

KUBERNETES_VERSION = "1.35.4"
ETCD_VERSION = "3.6.5"
HELM_VERSION = "3.20.2"
GO_VERSION = (1, 25)

#: The three programs that make a control plane; helm and kubectl are found on their own: they may also be on PATH.
CONTROL_PLANE_PROGRAMS = ("etcd", "kube-apiserver", "kube-scheduler")

#: Of one module: built together, most of it is compiled once.
_OF_KUBERNETES = ("kube-apiserver", "kube-scheduler", "kubectl")

#: What a test that lacks the programs tells its reader to run.
BUILD_COMMAND = "python tests/control_plane/build.py"

_EXECUTABLE_SUFFIX = ".exe" if os.name == "nt" else ""


class BuildError(Exception):
    """The programs cannot be built here; the message says what is missing or what Go answered."""


# --------------------------------------------------------------------------------------------------------------------
# Finding


def cache_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of our own in which built programs are kept; it need not exist.

    The user's cache directory is XDG_CACHE_HOME where that is set to an absolute path (the XDG base directory
    specification says to ignore relative ones), else the platform's own.
    """
    named = environment.get("XDG_CACHE_HOME", "")
    if named and Path(named).is_absolute():
        base = Path(named)
    elif os.name == "nt":
        base = Path(environment.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path.home() / ".cache"
    # A change of the etcd or helm version alone needs a new folder name, or the old program is found again.
    return base / "cluedin-preflight" / f"control-plane-{KUBERNETES_VERSION}"


def find_assets() -> Path | None:
    """Return a folder that holds etcd, kube-apiserver and kube-scheduler, or None.

    KUBEBUILDER_ASSETS (the convention of controller-runtime's envtest) comes before the cache. The envtest archives
    have no kube-scheduler: such a folder is passed over.
    """
    return next((folder for folder in _candidate_folders() if _has_all(folder, CONTROL_PLANE_PROGRAMS)), None)


def find_helm() -> Path | None:
    """Return a helm program, or None: from KUBEBUILDER_ASSETS, else the cache, else PATH (any version)."""
    return _find("helm")


def find_kubectl() -> Path | None:
    """Return a kubectl program, or None: from KUBEBUILDER_ASSETS, else the cache, else PATH (any version)."""
    return _find("kubectl")


def _find(name: str) -> Path | None:
    for folder in _candidate_folders():
        if _has_all(folder, [name]):
            return program(folder, name)
    on_path = shutil.which(name)
    return Path(on_path) if on_path else None


def program(folder: Path, name: str) -> Path:
    """Return the path that the named program has, or would have, in a folder of programs."""
    return folder / f"{name}{_EXECUTABLE_SUFFIX}"


def _candidate_folders() -> list[Path]:
    named = os.environ.get("KUBEBUILDER_ASSETS", "")
    return [*([Path(named)] if named else []), cache_folder()]


def _has_all(folder: Path, names: Sequence[str]) -> bool:
    return all(os.access(program(folder, name), os.X_OK) for name in names)


# --------------------------------------------------------------------------------------------------------------------
# Building


def build_missing() -> Path:
    """Build what is neither in KUBEBUILDER_ASSETS nor in the cache, and return the folder of the control plane.

    A helm on PATH does not count here: what tests compare with was rendered by exactly this version. A kubectl does.

    Raises BuildError when Go is missing, too old, or fails.
    """
    cache = cache_folder()
    wanted = [] if find_assets() else [name for name in CONTROL_PLANE_PROGRAMS if not _has_all(cache, [name])]
    if not any(_has_all(folder, ["helm"]) for folder in _candidate_folders()):
        wanted.append("helm")
    if find_kubectl() is None:
        wanted.append("kubectl")
    if wanted:
        cache.mkdir(parents=True, exist_ok=True)
        # Below the cache folder, so that putting a finished program in its place is a rename on one file system.
        with tempfile.TemporaryDirectory(prefix="building-", dir=cache) as work:
            _build(wanted, Path(work), cache)
    return find_assets() or cache


def _build(wanted: Sequence[str], work: Path, cache: Path) -> None:
    go = _find_go(work)
    _say(f"building {', '.join(wanted)} into {cache}; cold, all five take about six minutes on two cores")
    if any(name in wanted for name in _OF_KUBERNETES):
        module = _write_kubernetes_module(go, work / "kubernetes")
        for name in _OF_KUBERNETES:
            if name in wanted:
                _build_program(go, module, name, f"k8s.io/kubernetes/cmd/{name}", _kubernetes_ldflags(), cache)
    if "etcd" in wanted:
        package = "go.etcd.io/etcd/server/v3"
        module = _write_module(go, work / "etcd", [f"require {package} v{ETCD_VERSION}"], [package])
        _build_program(go, module, "etcd", package, "-s -w", cache)
    if "helm" in wanted:
        _build_helm(go, work / "helm", cache)


def _build_helm(go: Path, module: Path, cache: Path) -> None:
    path = "helm.sh/helm/v3"
    _write_module(go, module, [f"require {path} v{HELM_VERSION}"], [f"{path}/cmd/helm"])
    major, minor, _ = KUBERNETES_VERSION.split(".")
    # Without these, helm believes in Kubernetes 1.20 and calls itself v3.20: the same flags as its own Makefile's.
    ldflags = " ".join(
        (
            "-s -w",
            f"-X {path}/internal/version.version=v{HELM_VERSION}",
            f"-X {path}/pkg/chartutil.k8sVersionMajor={major}",
            f"-X {path}/pkg/chartutil.k8sVersionMinor={minor}",
        )
    )
    _build_program(go, module, "helm", f"{path}/cmd/helm", ldflags, cache)


def _kubernetes_ldflags() -> str:
    # Without them the API server calls itself v0.0.0 and the kubeVersion constraints of charts fail.
    major, minor, _ = KUBERNETES_VERSION.split(".")
    package = "k8s.io/component-base/version"
    values = {"gitVersion": f"v{KUBERNETES_VERSION}", "gitMajor": major, "gitMinor": minor}
    return " ".join(["-s -w", *(f"-X {package}.{name}={value}" for name, value in values.items())])


def _write_kubernetes_module(go: Path, module: Path) -> Path:
    """Write a module that requires k8s.io/kubernetes, with its staging modules replaced by the published ones.

    Go refuses to install k8s.io/kubernetes directly: its go.mod replaces the modules it is released with by folders
    of its own repository. The same code is published as k8s.io/X v0.<minor>.<patch>.
    """
    path = "k8s.io/kubernetes"
    downloaded = _run([go, "mod", "download", "-json", f"{path}@v{KUBERNETES_VERSION}"], module.parent)
    own = json.loads(_run([go, "mod", "edit", "-json", json.loads(downloaded)["GoMod"]], module.parent))
    staging_version = f"v0.{KUBERNETES_VERSION.split('.', 1)[1]}"
    staged = [entry["Old"]["Path"] for entry in own["Replace"] if entry["New"]["Path"].startswith("./staging/")]
    directives = [
        f"require {path} v{KUBERNETES_VERSION}",
        *(f"replace {name} => {name} {staging_version}" for name in staged),
    ]
    return _write_module(go, module, directives, [f"{path}/cmd/{name}" for name in _OF_KUBERNETES])


def _write_module(go: Path, module: Path, directives: Sequence[str], packages: Sequence[str]) -> Path:
    """Write a tidy module of our own that imports the given packages, and return its folder."""
    module.mkdir()
    go_version = ".".join(str(part) for part in GO_VERSION)
    (module / "go.mod").write_text(
        "\n".join(["module controlplane", f"go {go_version}.0", *directives, ""]), encoding="utf-8"
    )
    # Packages named main cannot be imported: behind a build tag that is never set, `go mod tidy` still counts them.
    imports = [f'import _ "{package}"' for package in packages]
    (module / "tools.go").write_text(
        "\n".join(["//go:build tools", "", "package controlplane", "", *imports, ""]), encoding="utf-8"
    )
    _run([go, "mod", "tidy"], module)
    return module


def _build_program(go: Path, module: Path, name: str, package: str, ldflags: str, cache: Path) -> None:
    started = time.monotonic()
    _say(f"building {name} …")
    built = program(module, name)
    _run([go, "build", "-mod=mod", "-ldflags", ldflags, "-o", built, package], module)
    # A rename: two builds at once, or one cut short, never leave half a program for a test to start.
    built.replace(program(cache, name))
    _say(f"built {name} in {time.monotonic() - started:.0f} s")


def _find_go(work: Path) -> Path:
    """Return the Go command, or raise BuildError when there is none that is new enough."""
    needed = ".".join(str(part) for part in GO_VERSION)
    found = shutil.which("go")
    if found is None:
        message = f"no Go on PATH; Go {needed} or newer is needed (or KUBEBUILDER_ASSETS with the programs in it)"
        raise BuildError(message)
    version = _run([found, "env", "GOVERSION"], work).strip()
    parts = re.match(r"go(\d+)\.(\d+)", version)
    # An unreleased Go calls itself "devel …": let it try.
    if parts and (int(parts[1]), int(parts[2])) < GO_VERSION:
        message = f"{found} is {version}; Go {needed} or newer is needed"
        raise BuildError(message)
    return Path(found)


def _run(command: Sequence[str | Path], folder: Path) -> str:
    """Run one Go command and return its standard output; raise BuildError with the end of its answer if it fails."""
    # A workspace or a cross-compilation that the user has set up is not meant for these programs.
    environment = {name: value for name, value in os.environ.items() if name not in {"GOOS", "GOARCH", "GOBIN"}}
    environment |= {"CGO_ENABLED": "0", "GOWORK": "off", "GO111MODULE": "on"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if done.returncode != 0:
        tail = "\n".join((done.stderr or done.stdout).splitlines()[-20:])
        message = f"`{' '.join(str(part) for part in command)}` failed with code {done.returncode}:\n{tail}"
        raise BuildError(message)
    return done.stdout


def _say(text: str) -> None:
    sys.stderr.write(f"control plane: {text}\n")
    sys.stderr.flush()


def main() -> int:
    """Build what is missing, say on standard error what was done, and return the exit code."""
    try:
        folder = build_missing()
    except BuildError as error:
        _say(f"cannot build: {error}")
        return 1
    except KeyboardInterrupt:
        _say("interrupted; what was finished is kept")
        return 130
    _say(f"ready: {', '.join(CONTROL_PLANE_PROGRAMS)} in {folder}; helm: {find_helm()}; kubectl: {find_kubectl()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
