"""Where Azure is: the public cloud, the sovereign ones, or a server that stands in for it."""

import msgspec


class Cloud(msgspec.Struct, frozen=True, kw_only=True):
    """The endpoints of one cloud, and how patiently they are asked.

    `ca_file` is the certificate to trust in place of the system's. `published` is false for a server of one's own: then
    Microsoft is not asked whether the authority exists, and a vault's challenge need not name the vault's own domain.
    A failed request is tried again `retries` times; 429 waits as long as Retry-After says. Times are in seconds.
    """

    name: str
    arm: str
    authority: str
    vault_suffix: str
    graph: str
    ca_file: str | None = None
    published: bool = True
    retries: int = 3
    connection_timeout: float = 10
    read_timeout: float = 30

    def vault_url(self, name: str) -> str:
        """Return a vault's address. The name is a legal vault name: another text could name another host."""
        return f"https://{name}.{self.vault_suffix}"


# Source: azure-mgmt-core's and azure-identity's own tables of endpoints; vault suffixes from azure.md 6.1.
PUBLIC = Cloud(
    name="AzureCloud",
    arm="https://management.azure.com",
    authority="https://login.microsoftonline.com",
    vault_suffix="vault.azure.net",
    graph="https://graph.microsoft.com",
)
CHINA = Cloud(
    name="AzureChinaCloud",
    arm="https://management.chinacloudapi.cn",
    authority="https://login.chinacloudapi.cn",
    vault_suffix="vault.azure.cn",
    graph="https://microsoftgraph.chinacloudapi.cn",
)
US_GOVERNMENT = Cloud(
    name="AzureUSGovernment",
    arm="https://management.usgovcloudapi.net",
    authority="https://login.microsoftonline.us",
    vault_suffix="vault.usgovcloudapi.net",
    graph="https://graph.microsoft.us",
)


def cloud_of(api_server: str | None) -> Cloud:
    """Return the cloud an AKS API server's host name belongs to; the public one where the name does not tell.

    >>> cloud_of("aks-1a2b.hcp.chinaeast2.cx.prod.service.azk8s.cn").name
    'AzureChinaCloud'
    """
    host = (api_server or "").lower().rstrip(".")
    if host.endswith(".azk8s.cn"):
        return CHINA
    if host.endswith(".azure.us"):
        return US_GOVERNMENT
    return PUBLIC
