"""What the secrets-store driver and its Azure provider say when a volume is not mounted or a Secret not made.

Source: azure.md 4, 6, 7 and 8, and the error strings of driver 1.6 and provider 1.8.
"""

from preflight.symptoms.symptom import Symptom

MOUNTING = (
    Symptom(
        id="no-identity-mode",
        said_by="the provider",
        pattern=r"nodePublishSecretRef secret is not (set|provided)",
        cause="the class turns on no way to sign in, so the provider expects a service principal: "
        "useVMManagedIdentity is missing, false or misspelt",
        check="keyvault-values",
        cure='render the class with a chart from 2.3.0 on, which sets useVMManagedIdentity: "true"',
    ),
    Symptom(
        id="several-identity-modes",
        said_by="the provider",
        pattern=r"only one identity mode can be enabled at a time",
        cause="the class turns on two ways to sign in",
        check=None,
        cure='leave useVMManagedIdentity: "true" alone',
    ),
    Symptom(
        id="tenant-missing",
        said_by="the provider",
        pattern=r"tenantId is not provided",
        cause="the class has no tenant; it is required even where the identity does not need it",
        check="keyvault-values",
        cure="set global.keyvault.tenantId to the vault's tenant",
    ),
    Symptom(
        id="vault-name-missing",
        said_by="the provider",
        pattern=r"keyvaultName is not provided",
        cause="the class names no vault",
        check="keyvault-values",
        cure="set global.keyvault.keyvaultName",
    ),
    Symptom(
        id="vault-name-illegal",
        said_by="the provider",
        pattern=r"invalid vault name: \\?\"(?P<name>[^\"\\]{0,200})",
        cause="keyvaultName is no vault's name: an address or an id, or of a wrong length",
        check="vault-found",
        cure="set keyvaultName to the name alone: 3 to 24 letters, digits and single hyphens",
    ),
    Symptom(
        id="objects-missing",
        said_by="the provider",
        pattern=r"objects is not set|failed to yaml unmarshal objects|unmarshal failed for keyVaultObjects",
        cause="the class fetches nothing, or its list of objects is no YAML of the provider's shape",
        check="keyvault-values",
        cure="give the class at least one Secret with secretKeys, or stop mounting it",
    ),
    Symptom(
        id="cloud-name-illegal",
        said_by="the provider",
        pattern=r"cloudName (?P<name>\S{0,100}) is not valid",
        cause="the class names a cloud that the provider does not know",
        check="vault-found",
        cure="use AzurePublicCloud, AzureUSGovernmentCloud or AzureChinaCloud",
    ),
    Symptom(
        id="object-type-illegal",
        said_by="the provider",
        pattern=r"invalid vaultObjectTypes",
        cause="objectType is none of secret, key, cert, spelt exactly so; a Kubernetes type does not belong there",
        check=None,
        cure="use objectType: secret, also for certificates whose key is wanted",
    ),
    Symptom(
        id="object-encoding",
        said_by="the provider",
        pattern=r"illegal base64 data at input byte",
        cause="objectEncoding base64 is set for a value that is plain text",
        check=None,
        cure="remove objectEncoding from the class",
    ),
    Symptom(
        id="certificate-content-type",
        said_by="the provider",
        pattern=r"failed to get certificate\. unknown content type '(?P<name>[^']{0,200})'",
        cause="the certificate's content type is neither PKCS #12 nor PEM",
        check="frontend-certificate",
        cure="import the certificate as PFX or PEM into the vault's certificates",
    ),
    Symptom(
        id="certificate-chain-cycle",
        said_by="the provider",
        pattern=r"constructing chain resulted in cycle|no leaf found",
        cause="the certificates in the file form no chain from one leaf",
        check="frontend-certificate",
        cure="export the certificate again with its chain, each certificate once",
    ),
    Symptom(
        id="certificate-key-missing",
        said_by="the driver",
        pattern=r"failed to get cert data from file (?P<name>\S{1,200}), err|unknown private key type found|"
        r"private key not found",
        cause="the file has no private key that can be used: objectType cert, a key that may not be exported, or not "
        "RSA or EC",
        check="frontend-certificate",
        cure="read it as a secret, from a certificate whose policy says exportable, with an RSA or EC key",
    ),
    Symptom(
        id="tls-keys",
        said_by="the driver",
        pattern=r"Only 'tls\.key' and 'tls\.crt' are supported",
        cause="a Secret of type kubernetes.io/tls has a key that is neither tls.crt nor tls.key",
        check="keyvault-values",
        cure="use the keys tls.crt and tls.key, or the type Opaque",
    ),
    Symptom(
        id="file-not-in-mount",
        said_by="the driver",
        pattern=r"file matching objectName (?P<name>\S{1,200}) not found in the pod",
        cause="the class makes a key from a file that it does not fetch: the names differ, also in case, or an alias "
        "is set",
        check="secret-keys",
        cure="let secretKeys name the object exactly as it is fetched",
    ),
    Symptom(
        id="secret-object-incomplete",
        said_by="the driver",
        pattern=r"failed to validate secret object in spc (?P<name>\S{1,300}), err",
        cause="a Secret of the class has no name, no type or no keys",
        check="keyvault-values",
        cure="give the entry secretName and secretKeys",
    ),
    Symptom(
        id="class-not-found",
        said_by="the driver",
        pattern=r"failed to get secretproviderclass (?P<name>\S{1,300}), error: .{0,300}not found",
        cause="the pod mounts a class that is not in its namespace",
        check="secret-mounted",
        cure="add the class under global.keyvault.secretProviderClasses, correct its name, or remove the volume",
    ),
    Symptom(
        id="driver-cut-off",
        said_by="the driver",
        pattern=r"failed to get secretproviderclass \S{1,300}, error: Get \\?\"?https://|"
        r"failed to (list|watch) \*v1\.(CSIDriver|SecretProviderClass(PodStatus)?): .{0,600}dial tcp",
        cause="the driver does not reach the API server: a network policy in its namespace, or the cluster's DNS",
        check=None,
        cure="allow the driver's pods to reach the API server; see the network policies in kube-system",
    ),
    Symptom(
        id="csidriver-missing",
        said_by="the kubelet",
        pattern=r"volume mode \\?\"?Ephemeral\\?\"? not supported by driver secrets-store\.csi\.k8s\.io",
        cause="the CSIDriver object is missing or another one's: a driver was removed by halves",
        check="addon-conflict",
        cure="reinstall the driver: disable and enable the add-on, or upgrade its release",
    ),
    Symptom(
        id="volume-on-virtual-node",
        said_by="the virtual node",
        pattern=r"pod \S{1,300} requires volume (?P<name>\S{1,253}) which is of an unsupported type",
        cause="the pod is on a virtual node, which mounts no volume of the driver",
        check="addon-conflict",
        cure="keep the pod off virtual nodes with a node selector",
    ),
    Symptom(
        id="volume-not-read-only",
        said_by="the driver",
        pattern=r"Readonly is not true in request",
        cause="the CSI volume is not read-only",
        check="secret-mounted",
        cure="set csi.readOnly: true in the volume",
    ),
    Symptom(
        id="provider-not-running",
        said_by="the driver",
        pattern=r"provider not found: provider|error connecting to provider",
        cause="the driver runs on this node and the Azure provider does not",
        check="addon-pods",
        cure="see why the provider's pod is not ready on that node; for minutes after a node starts this is normal",
    ),
    Symptom(
        id="driver-not-registered",
        said_by="the kubelet",
        pattern=r"driver name secrets-store\.csi\.k8s\.io not found in the list of registered CSI drivers",
        cause="the driver does not run on this node: the add-on is off, its pod is not ready, or the node is a virtual "
        "one; for minutes after a node starts this is normal",
        check="addon-pods",
        cure="enable the add-on, or see why its pod is not ready on that node",
    ),
    Symptom(
        id="sync-not-allowed",
        said_by="the API server",
        pattern=r"secrets (\S{1,200} )?is forbidden: User \"?\S{0,200}secrets-store\S{0,200} cannot "
        r"(create|patch|update|list|watch|get|delete) resource",
        cause="the driver may not write Secrets: a driver of one's own installed without syncSecret.enabled",
        check="addon-conflict",
        cure="use the AKS add-on, or install the driver's chart with syncSecret.enabled=true",
    ),
    Symptom(
        id="response-too-large",
        said_by="the driver",
        pattern=r"grpc: received message larger than max",
        cause="the objects of one class are larger than 4 MiB together",
        check=None,
        cure="split the class",
    ),
    Symptom(
        id="host-port-taken",
        said_by="the provider",
        pattern=r"listen tcp \S{0,60}:(8898|8989): bind: address already in use",
        cause="another pod uses the node's port that the provider needs",
        check="addon-conflict",
        cure="move that pod's host port, or remove the second driver",
    ),
    Symptom(
        id="vault-out-of-reach",
        said_by="the provider",
        pattern=r"(vault\.(azure\.net|azure\.cn|usgovcloudapi\.net)|login\.(microsoftonline\.(com|us)|chinacloudapi\.cn))"
        r"\S{0,300} (\S{0,200} ){0,8}"
        r"(i/o timeout|connection (refused|reset by peer)|context deadline exceeded|TLS handshake timeout|no route to "
        r"host)|"
        r"lookup login\.(microsoftonline\.(com|us)|chinacloudapi\.cn)[^:]{0,60}(:\d+)?: no such host|"
        r"MountVolume\.SetUp failed for volume \\?\"(?!pvc-)\S{1,300} : rpc error: code = DeadlineExceeded|"
        r"failed to mount secrets store objects for pod \S{1,300}, err: rpc error: code = DeadlineExceeded|"
        r"^(rpc error: code = DeadlineExceeded desc = )?context deadline exceeded$",
        cause="the vault or the sign-in endpoint does not answer the node in time: a firewall or route in between",
        check="vault-network",
        cure="let the nodes reach the vault and login.microsoftonline.com on port 443",
    ),
)
