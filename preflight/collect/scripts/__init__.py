"""`collect --print bash|powershell`: one script that collects with kubectl and az alone, for who cannot install this.

The scripts are made from the same facts as the live readers: `templates` trims what kubectl prints to the fields of
the fact types, `reads` lists the commands, and the frames hold what is the shell's own. `preflight-collect.sh` and
`preflight-collect.ps1` beside this file are what is printed when nothing is given.
"""

import re
import shlex
from collections.abc import Mapping
from importlib.resources import files
from typing import Literal

from preflight.collect.scripts.reads import QUERIES, Listing, Query, listings
from preflight.collect.scripts.templates import definitions

Shell = Literal["bash", "powershell"]
SHIPPED: Mapping[Shell, str] = {"bash": "preflight-collect.sh", "powershell": "preflight-collect.ps1"}

_VARIABLE = re.compile(r"\$([A-Z_]+)")
_POWERSHELL = {"GROUP": "ResourceGroup", "CLUSTER": "ClusterName", "VAULT": "VaultName", "NODE_GROUP": "nodeGroup"}


def script(
    shell: Shell,
    *,
    namespace: str | None = None,
    context: str | None = None,
    resource_group: str | None = None,
    cluster_name: str | None = None,
    subscription: str | None = None,
    vault_name: str | None = None,
) -> str:
    """Return the script; what is given here need not be given to it."""
    frame = (
        files("preflight.collect.scripts").joinpath("frame.sh" if shell == "bash" else "frame.ps1").read_text("utf-8")
    )
    listed = listings()
    given = {
        "NAMESPACE": namespace or "cluedin",
        "CONTEXT": context or "",
        "GROUP": resource_group or "",
        "CLUSTER": cluster_name or "",
        "SUBSCRIPTION": subscription or "",
        "VAULT": vault_name or "",
    }
    quote = shlex.quote if shell == "bash" else _quoted
    kubernetes, azure = (_bash_list, _bash_query) if shell == "bash" else (_powershell_list, _powershell_query)
    parts = {
        **{name: quote(text) for name, text in given.items()},
        "TEMPLATES": definitions(listing.struct for listing in listed),
        "KUBERNETES": "".join(kubernetes(listing) for listing in listed),
        "AZURE": "".join(azure(query) for query in QUERIES),
    }
    return re.sub(r"@([A-Z]+)@", lambda found: parts[found[1]], frame)


def _bash_list(listing: Listing) -> str:
    command = f"kubernetes {listing.file} {listing.resource} {listing.version} {listing.kind} {listing.struct.__name__}"
    if listing.file == "secrets":
        # The right to list Secrets is often given in one namespace only.
        return f'{command} -A || {command} -n "$NAMESPACE"\n'
    return f"{command}{' -A' if listing.namespaced else ''}\n"


def _powershell_list(listing: Listing) -> str:
    words = (listing.file, listing.resource, listing.version, listing.kind, listing.struct.__name__)
    command = f"Read-Kubernetes {' '.join(_quoted(word) for word in words)}"
    if listing.file == "secrets":
        return f"if (-not ({command} @('-A'))) {{ $null = {command} @('-n', $Namespace) }}\n"
    return f"$null = {command} @({_quoted('-A') if listing.namespaced else ''})\n"


def _bash_query(query: Query) -> str:
    words = " ".join(f'"{word}"' if set("$?") & set(word) else word for word in query.command.split())
    needed = "".join(f'[ -z "${name}" ] || ' for name in dict.fromkeys(_VARIABLE.findall(query.command)))
    return f"{needed}azure {query.fact} {shlex.quote(query.keep)} {words}\n"


def _powershell_query(query: Query) -> str:
    names = {name: _POWERSHELL.get(name, "vaultId") for name in _VARIABLE.findall(query.command)}
    words = ", ".join(
        f'"{_VARIABLE.sub(lambda found: "$" + names[found[1]], word)}"' if "$" in word else _quoted(word)
        for word in query.command.split()
    )
    condition = " -and ".join(f"${name}" for name in dict.fromkeys(names.values()))
    read = f"Read-Azure {_quoted(query.fact)} {_quoted(query.keep)} @({words})"
    return f"  if ({condition}) {{ {read} }}\n" if condition else f"  {read}\n"


def _quoted(text: str) -> str:
    """Quote for PowerShell, where nothing is special between single quotes but these, of which it knows four.

    >>> _quoted("it's")
    "'it''s'"
    """
    return "'" + re.sub("(['\\u2018-\\u201b])", r"\1\1", text) + "'"
