"""What the vault, Microsoft Entra and the node's identity endpoint answer to the provider (azure.md 5.6, 6.2, 8)."""

from preflight.symptoms.symptom import Symptom

VAULT = (
    Symptom(
        id="identity-not-found",
        said_by="the node's identity endpoint",
        pattern=r"identity not found|requested identity isn.t assigned to this resource",
        cause="userAssignedIdentityID is no client id of an identity on this node: usually the object id was pasted, "
        "or an identity of your own is not attached to this node pool",
        check="identity-kind",
        cure="set userAssignedIdentityID to the client id of the add-on's identity, or attach your own identity to "
        "every scale set",
    ),
    Symptom(
        id="identity-ambiguous",
        said_by="the node's identity endpoint",
        pattern=r"multiple user assigned identities exist",
        cause="the node has several identities and the class names none: userAssignedIdentityID is empty or misspelt",
        check="keyvault-values",
        cure="set userAssignedIdentityID, spelt exactly so, to the client id of the add-on's identity",
    ),
    Symptom(
        id="pod-identity-retired",
        said_by="AAD Pod Identity",
        pattern=r"nmi response failed with status code",
        cause="the class asks for AAD Pod Identity (usePodIdentity), which is retired and has no binding here",
        check="keyvault-values",
        cure='use usePodIdentity: "false" with useVMManagedIdentity: "true", as CluedIn\'s charts render it',
    ),
    Symptom(
        id="wrong-tenant",
        said_by="the vault",
        pattern=r"AKV10032",
        cause="the token is of another tenant than the vault's",
        check="identity-tenant",
        cure="use a vault in the tenant of the cluster's identity, and set tenantId to that tenant",
    ),
    Symptom(
        id="forbidden-by-rbac",
        said_by="the vault",
        pattern=r"ForbiddenByRbac|caller is not authorized to perform action on resource",
        cause="the vault uses roles, and no role lets this identity read the secret; access policies count for "
        "nothing there, a new grant takes up to ten minutes",
        check="identity-permissions",
        cure="assign Key Vault Secrets User at the vault to the object id of the identity",
    ),
    Symptom(
        id="access-denied-by-policy-vault",
        said_by="the vault",
        pattern=r"does not have (secrets|certificates|keys) get permission|(\bcode\W{1,6}|^)AccessDenied\b",
        cause="the vault uses access policies, and none gives this identity get; role assignments count for nothing "
        "there",
        check="identity-permissions",
        cure="az keyvault set-policy with --object-id (not --spn) of the identity and --secret-permissions get",
    ),
    Symptom(
        id="forbidden-by-policy",
        said_by="the vault",
        pattern=r"ForbiddenByPolicy",
        cause="the access policy is bound to an application (applicationId), which a managed identity cannot satisfy",
        check="identity-grant-model",
        cure="make a policy for the identity's object id alone, without an application",
    ),
    Symptom(
        id="forbidden-by-firewall",
        said_by="the vault",
        pattern=r"ForbiddenByFirewall|client address is not authorized and caller is not a trusted service",
        cause="the vault's firewall does not know the nodes' subnet or their outbound address; nodes are no trusted "
        "Microsoft service",
        check="vault-network",
        cure="allow the node subnet (with the service endpoint Microsoft.KeyVault) or the address the nodes leave with",
    ),
    Symptom(
        id="forbidden-by-connection",
        said_by="the vault",
        pattern=r"ForbiddenByConnection|public network access is disabled and request is not from a trusted service",
        cause="the vault takes private connections only, and the nodes come over the public network",
        check="vault-network",
        cure="give the nodes' network an approved private endpoint of the vault, and link its private DNS zone",
    ),
    Symptom(
        id="vault-name-unresolved",
        said_by="the provider",
        pattern=r"lookup (?P<name>[a-z0-9-]{3,24}\.vault\.(azure\.net|azure\.cn|usgovcloudapi\.net))[^:]{0,60}(:\d+)?: "
        r"(read udp \S{1,120} )?(no such host|i/o timeout|server misbehaving)|"
        r"vault\.azure\.net[^:]{0,60}(:\d+)?: no such host",
        cause="the vault's name does not resolve on the node: no such vault, or the private DNS zone is not linked to "
        "the nodes' network",
        check="vault-network",
        cure="correct keyvaultName, or link privatelink.vaultcore.azure.net to the nodes' network",
    ),
    Symptom(
        id="secret-disabled",
        said_by="the vault",
        pattern=r"SecretDisabled|operation get is not allowed on a disabled (secret|certificate|key)",
        cause="the newest version of the vault object is disabled, and a disabled one cannot be read",
        check="vault-objects",
        cure="enable it (az keyvault secret set-attributes --enabled true), or add a new version",
    ),
    Symptom(
        id="object-deleted-recoverable",
        said_by="the vault",
        pattern=r"(?P<name>[0-9A-Za-z-]{1,127}) is currently (in a )?(being )?deleted|ObjectIsDeletedButRecoverable|"
        r"deleted but recoverable state|ObjectIsBeingDeleted",
        cause="a vault object of this name was deleted: its name stays taken until it is recovered or purged",
        check="vault-objects",
        cure="az keyvault secret recover (or certificate recover); purge it only if its value is not wanted back",
    ),
    Symptom(
        id="secret-not-in-vault",
        said_by="the vault",
        pattern=r"a (secret|certificate|key) with \(name/id\) (?P<name>[0-9A-Za-z-]{1,127})(/\w*)? was not found|"
        r"SecretNotFound|CertificateNotFound|\bcode\W{1,6}KeyNotFound",
        cause="the vault has no object of this name: misspelt, never uploaded, or another vault was meant; one missing "
        "object keeps every pod from starting that mounts the class",
        check="vault-objects",
        cure="upload it under this name, or correct the name in the values",
    ),
    Symptom(
        id="vault-throttles",
        said_by="the vault",
        pattern=r"VaultRequestTypeLimitReached|not processed because too many requests were received|"
        r"\b429 Too Many Requests|StatusCode=429|RESPONSE 429",
        cause="the vault is asked more than 4,000 times in 10 s: rotation reads every object of every mounting pod",
        check="addon-rotation",
        cure="rotate less often (az aks update --rotation-poll-interval), or mount fewer objects in fewer pods",
    ),
    Symptom(
        id="role-assignment-refused",
        said_by="Azure Resource Manager",
        pattern=r"does not have authorization to perform action 'Microsoft\.Authorization/roleAssignments/write'",
        cause="you may not assign roles: Contributor cannot",
        check="operator-permissions",
        cure="ask an Owner, User Access Administrator or Role Based Access Control Administrator",
    ),
    Symptom(
        id="identity-assignment-refused",
        said_by="Azure Resource Manager",
        pattern=r"LinkedAuthorizationFailed",
        cause="you may not use the identity that is to be attached",
        check="operator-permissions",
        cure="ask for Managed Identity Operator on that identity",
    ),
    Symptom(
        id="principal-not-replicated",
        said_by="Azure Resource Manager",
        pattern=r"PrincipalNotFound",
        cause="the identity is seconds old and not known everywhere yet",
        check=None,
        cure="wait a minute, or say --assignee-object-id with --assignee-principal-type ServicePrincipal",
    ),
    Symptom(
        id="addon-cannot-be-disabled",
        said_by="Azure",
        pattern=r"addon cannot be disabled due to more than 0 Secret Provider Classes",
        cause="the add-on cannot be turned off while a SecretProviderClass exists",
        check=None,
        cure="delete the SecretProviderClasses (kubectl get secretproviderclasses -A) first",
    ),
    Symptom(
        id="scope-locked",
        said_by="Azure Resource Manager",
        pattern=r"ScopeLocked|scope\(s\) are locked",
        cause="a lock refuses every change of the cluster or its groups",
        check="addon-state",
        cure="have the lock's owner take a ReadOnly lock away for the time of the change",
    ),
)
