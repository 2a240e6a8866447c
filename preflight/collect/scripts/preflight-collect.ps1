<#
Collects what cluedin-preflight judges, where it cannot be installed: with kubectl and az alone, reading only.

  .\preflight-collect.ps1 [-Namespace NAME] [-Context NAME] [-ResourceGroup GROUP -ClusterName NAME]
                          [-Subscription ID] [-VaultName NAME] [-Only FILE] [-Folder FOLDER]

Then, anywhere:  cluedin-preflight run FOLDER -f values.yaml

What leaves: lists of objects, each trimmed by the templates below to the fields that are judged. No value of a Secret,
of an environment variable or of a values file, and no annotation but Helm's own three: the templates do not print
them. Messages of events stand as Kubernetes and the driver wrote them. Read the folder before you send it.

What it cannot know, and says so: the values (give your values file with -f), the Helm release (its record holds
values; where helm is: helm list -A -o json > FOLDER\release.json), what you yourself may do, and groups in Entra ID.

Works in Windows PowerShell 5.1 and in PowerShell 7. Templates and queries go through files: quotes on a command line
do not survive the former. Where scripts may not run:

  powershell -ExecutionPolicy Bypass -File preflight-collect.ps1

In a private cluster, from anywhere that az reaches, take the script for bash (collect --print bash): it says how az aks
command invoke runs it inside.
#>
param(
  [string]$Namespace = 'cluedin',
  [string]$Context = '',
  [string]$ResourceGroup = '',
  [string]$ClusterName = '',
  [string]$Subscription = '',
  [string]$VaultName = '',
  [string]$Only = '',
  [string]$Folder = 'preflight-collected'
)
$ErrorActionPreference = 'Continue'
# What programs print is UTF-8, not the console's code page.
try { [Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false } catch { }
$utf8 = New-Object System.Text.UTF8Encoding $false
$work = Join-Path ([IO.Path]::GetTempPath()) ([IO.Path]::GetRandomFileName())
$null = New-Item -ItemType Directory -Path $work
$null = New-Item -ItemType Directory -Path $Folder -Force
$Folder = (Resolve-Path -LiteralPath $Folder).Path
$script:lacking = 0
$script:found = $false

function Write-Text([string]$Path, [string]$Text) { [IO.File]::WriteAllText($Path, $Text, $utf8) }

function Test-Wanted([string]$File) {
  if (($Only -ne '') -and ($Only -ne $File)) { return $false }
  $script:found = $true
  return $true
}

# Runs a program; returns what it printed, or nothing and says so. No answer of an earlier run stays in its place.
function Read-Answer([string]$File, [string]$Program, [string[]]$Words) {
  $said = Join-Path $work 'said'
  $printed = & $Program @Words 2> $said
  if ($LASTEXITCODE -ne 0) {
    $script:lacking += 1
    $first = Get-Content $said -ErrorAction SilentlyContinue | Select-Object -First 1
    Write-Host "  not read: $first"
    Remove-Item -LiteralPath (Join-Path $Folder "$File.json") -ErrorAction SilentlyContinue
    return $null
  }
  return ($printed -join "`n")
}

# kubectl quotes text as Go does: \x1b, \a, \v and \U0001f600 are no JSON.
function ConvertTo-PlainJson([string]$Text) {
  return [regex]::Replace($Text, '\\(\\|x..|a|v|U.{8}|.)', {
    param($found)
    $escape = $found.Groups[1].Value
    if ($escape -ceq 'a') { return '\u0007' }
    if ($escape -ceq 'v') { return '\u000b' }
    if ($escape.StartsWith('x')) { return '\u00' + $escape.Substring(1) }
    if ($escape.StartsWith('U')) { return '\ufffd' }
    return $found.Value
  })
}

function Read-Kubernetes([string]$File, [string]$Resource, [string]$Version, [string]$Kind, [string]$Template, [string[]]$Where) {
  if (-not (Test-Wanted $File)) { return $true }
  $path = Join-Path $work 'list.tmpl'
  $list = '{"apiVersion":"VERSION","kind":"KINDList","items":[{{range $i, $o := .items}}{{if $i}},{{end}}' + "`n" +
    '{{template "TEMPLATE" $o}}{{end}}]}' + "`n"
  Write-Text $path ($templates + "`n" + $list.Replace('VERSION', $Version).Replace('KIND', $Kind).Replace('TEMPLATE', $Template))
  $words = @('get', $Resource) + $Where + @('-o', "go-template-file=$path")
  if ($Context) { $words = @('--context', $Context) + $words }
  Write-Host "kubectl get $Resource $Where -o go-template-file=..."
  $answer = Read-Answer $File 'kubectl' $words
  if ($null -eq $answer) { return $false }
  Write-Text (Join-Path $Folder "$File.json") (ConvertTo-PlainJson $answer)
  return $true
}

# One answer of az, cut to what the query keeps. An empty list does not say of what.
function Read-Azure([string]$Fact, [string]$Query, [string[]]$Words) {
  $file = $Fact.Replace('_', '-')
  if (-not (Test-Wanted $file)) { return }
  $path = Join-Path $work 'query'
  Write-Text $path $Query
  if ($Subscription) { $Words = $Words + @('--subscription', $Subscription) }
  Write-Host "az $Words"
  $answer = Read-Answer $file 'az' ($Words + @('-o', 'json', '--query', "@$path"))
  if ($null -eq $answer) { return }
  if ($answer.StartsWith('[')) { $answer = '{"fact": "' + $Fact + '", "value": ' + $answer + '}' }
  Write-Text (Join-Path $Folder "$file.json") "$answer`n"
}

$templates = @'
{{define "value"}}{{$t := printf "%T" .}}{{if eq $t "string"}}{{printf "%q" .}}{{else if eq $t "int64" "float64" "bool"}}{{.}}{{else}}null{{end}}{{end}}
{{define "values"}}[{{range $i, $v := .}}{{if $i}},{{end}}{{template "value" $v}}{{end}}]{{end}}
{{define "map"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}{{$c}}{{printf "%q" $k}}:{{template "value" $v}}{{$c = ","}}{{end}}{{"}"}}{{end}}
{{define "Affinity"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "nodeAffinity"}}{{$c}}"{{$k}}":{{template "NodeAffinity" $v}}{{$c = ","}}
{{- else if eq $k "podAffinity" "podAntiAffinity"}}{{$c}}"{{$k}}":{{template "PodAffinity" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "Annotations"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "meta.helm.sh/release-name" "meta.helm.sh/release-namespace" "helm.sh/hook" "cert-manager.io/issuer" "cert-manager.io/cluster-issuer" "kubernetes.io/tls-acme"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "CSIDriver"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "metadata"}}{{$c}}"{{$k}}":{{template "ObjectMeta" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "CSIVolume"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "driver" "readOnly"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "volumeAttributes"}}{{$c}}"{{$k}}":{{template "map" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "CertificateObject"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "metadata"}}{{$c}}"{{$k}}":{{template "ObjectMeta" $v}}{{$c = ","}}
{{- else if eq $k "spec"}}{{$c}}"{{$k}}":{{template "CertificateObjectSpec" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "CertificateObjectSpec"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "secretName"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "ClaimSpec"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "volumeName" "storageClassName"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "ClaimVolume"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "claimName"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "ClassParameters"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "usePodIdentity" "useVMManagedIdentity" "userAssignedIdentityID" "clientID" "keyvaultName" "cloudName" "tenantID" "tenantId" "objects"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "Condition"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "type" "status" "reason" "message" "lastHeartbeatTime"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "Container"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "name" "image" "restartPolicy"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "resources"}}{{$c}}"{{$k}}":{{template "ResourceRequirements" $v}}{{$c = ","}}
{{- else if eq $k "ports"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "ContainerPort" $v}}{{end}}]{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "ContainerMetrics"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "name"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "usage"}}{{$c}}"{{$k}}":{{template "map" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "ContainerPort"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "containerPort" "hostPort" "hostIP" "protocol"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "ContainerState"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "waiting"}}{{$c}}"{{$k}}":{{template "ContainerStateWaiting" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "ContainerStateWaiting"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "reason" "message"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "ContainerStatus"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "name" "ready"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "resources"}}{{$c}}"{{$k}}":{{template "ResourceRequirements" $v}}{{$c = ","}}
{{- else if eq $k "allocatedResources"}}{{$c}}"{{$k}}":{{template "map" $v}}{{$c = ","}}
{{- else if eq $k "state"}}{{$c}}"{{$k}}":{{template "ContainerState" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "DaemonSet"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "metadata"}}{{$c}}"{{$k}}":{{template "ObjectMeta" $v}}{{$c = ","}}
{{- else if eq $k "spec"}}{{$c}}"{{$k}}":{{template "DaemonSetSpec" $v}}{{$c = ","}}
{{- else if eq $k "status"}}{{$c}}"{{$k}}":{{template "DaemonSetStatus" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "DaemonSetSpec"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "selector"}}{{$c}}"{{$k}}":{{template "LabelSelector" $v}}{{$c = ","}}
{{- else if eq $k "template"}}{{$c}}"{{$k}}":{{template "PodTemplate" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "DaemonSetStatus"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "desiredNumberScheduled" "numberReady"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "Deployment"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "metadata"}}{{$c}}"{{$k}}":{{template "ObjectMeta" $v}}{{$c = ","}}
{{- else if eq $k "spec"}}{{$c}}"{{$k}}":{{template "DeploymentSpec" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "DeploymentSpec"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "replicas"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "selector"}}{{$c}}"{{$k}}":{{template "LabelSelector" $v}}{{$c = ","}}
{{- else if eq $k "template"}}{{$c}}"{{$k}}":{{template "PodTemplate" $v}}{{$c = ","}}
{{- else if eq $k "strategy"}}{{$c}}"{{$k}}":{{template "DeploymentStrategy" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "DeploymentStrategy"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "type"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "rollingUpdate"}}{{$c}}"{{$k}}":{{template "RollingUpdate" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "EnvFromSource"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "secretRef"}}{{$c}}"{{$k}}":{{template "SecretEnvSource" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "EnvVar"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "name"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "valueFrom"}}{{$c}}"{{$k}}":{{template "EnvVarSource" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "EnvVarSource"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "secretKeyRef"}}{{$c}}"{{$k}}":{{template "SecretKeySelector" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "Event"}}{{$o := .}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "metadata"}}{{$c}}"{{$k}}":{{template "ObjectMeta" $v}}{{$c = ","}}
{{- else if eq $k "reason" "count" "lastTimestamp" "eventTime"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "message"}}{{$c}}"{{$k}}":{{if eq $o.reason "BackOff" "ErrImagePull" "Evicted" "Failed" "FailedAttachVolume" "FailedCreate" "FailedMapVolume" "FailedMount" "FailedScheduling" "FailedToCreateSecret" "FailedToRetrieveImagePullSecret" "InspectFailed" "OutOfcpu" "OutOfmemory" "OutOfpods" "Preempted" "ProviderCreateFailed" "SecretRotationFailed"}}{{template "value" $v}}{{else}}""{{end}}{{$c = ","}}
{{- else if eq $k "involvedObject"}}{{$c}}"{{$k}}":{{template "InvolvedObject" $v}}{{$c = ","}}
{{- else if eq $k "series"}}{{$c}}"{{$k}}":{{template "EventSeries" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "EventSeries"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "count" "lastObservedTime"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "Ingress"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "metadata"}}{{$c}}"{{$k}}":{{template "ObjectMeta" $v}}{{$c = ","}}
{{- else if eq $k "spec"}}{{$c}}"{{$k}}":{{template "IngressSpec" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "IngressSpec"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "tls"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "IngressTls" $v}}{{end}}]{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "IngressTls"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "secretName"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "InvolvedObject"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "kind" "namespace" "name"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "Job"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "metadata"}}{{$c}}"{{$k}}":{{template "ObjectMeta" $v}}{{$c = ","}}
{{- else if eq $k "spec"}}{{$c}}"{{$k}}":{{template "JobSpec" $v}}{{$c = ","}}
{{- else if eq $k "status"}}{{$c}}"{{$k}}":{{template "JobStatus" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "JobSpec"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "parallelism" "suspend"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "template"}}{{$c}}"{{$k}}":{{template "PodTemplate" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "JobStatus"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "active"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "conditions"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "Condition" $v}}{{end}}]{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "LabelSelector"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "matchLabels"}}{{$c}}"{{$k}}":{{template "map" $v}}{{$c = ","}}
{{- else if eq $k "matchExpressions"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "SelectorRequirement" $v}}{{end}}]{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "LocalObjectReference"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "name"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "MountedObject"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "id" "version"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "Node"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "metadata"}}{{$c}}"{{$k}}":{{template "ObjectMeta" $v}}{{$c = ","}}
{{- else if eq $k "spec"}}{{$c}}"{{$k}}":{{template "NodeSpec" $v}}{{$c = ","}}
{{- else if eq $k "status"}}{{$c}}"{{$k}}":{{template "NodeStatus" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "NodeAffinity"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "requiredDuringSchedulingIgnoredDuringExecution"}}{{$c}}"{{$k}}":{{template "NodeSelector" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "NodeInfo"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "kubeletVersion" "operatingSystem" "architecture"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "NodeSelector"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "nodeSelectorTerms"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "NodeSelectorTerm" $v}}{{end}}]{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "NodeSelectorTerm"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "matchExpressions" "matchFields"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "SelectorRequirement" $v}}{{end}}]{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "NodeSpec"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "unschedulable" "providerID"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "taints"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "Taint" $v}}{{end}}]{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "NodeStatus"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "capacity" "allocatable"}}{{$c}}"{{$k}}":{{template "map" $v}}{{$c = ","}}
{{- else if eq $k "conditions"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "Condition" $v}}{{end}}]{{$c = ","}}
{{- else if eq $k "nodeInfo"}}{{$c}}"{{$k}}":{{template "NodeInfo" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "ObjectMeta"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "name" "namespace" "creationTimestamp" "deletionTimestamp" "uid" "resourceVersion"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "labels"}}{{$c}}"{{$k}}":{{template "map" $v}}{{$c = ","}}
{{- else if eq $k "annotations"}}{{$c}}"{{$k}}":{{template "Annotations" $v}}{{$c = ","}}
{{- else if eq $k "ownerReferences"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "OwnerReference" $v}}{{end}}]{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "OwnerReference"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "kind" "name" "controller"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "PersistentVolume"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "metadata"}}{{$c}}"{{$k}}":{{template "ObjectMeta" $v}}{{$c = ","}}
{{- else if eq $k "spec"}}{{$c}}"{{$k}}":{{template "PersistentVolumeSpec" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "PersistentVolumeClaim"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "metadata"}}{{$c}}"{{$k}}":{{template "ObjectMeta" $v}}{{$c = ","}}
{{- else if eq $k "spec"}}{{$c}}"{{$k}}":{{template "ClaimSpec" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "PersistentVolumeSpec"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "nodeAffinity"}}{{$c}}"{{$k}}":{{template "VolumeNodeAffinity" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "Pod"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "metadata"}}{{$c}}"{{$k}}":{{template "ObjectMeta" $v}}{{$c = ","}}
{{- else if eq $k "spec"}}{{$c}}"{{$k}}":{{template "PodSpec" $v}}{{$c = ","}}
{{- else if eq $k "status"}}{{$c}}"{{$k}}":{{template "PodStatus" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "PodAffinity"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "requiredDuringSchedulingIgnoredDuringExecution"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "PodAffinityTerm" $v}}{{end}}]{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "PodAffinityTerm"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "topologyKey"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "labelSelector" "namespaceSelector"}}{{$c}}"{{$k}}":{{template "LabelSelector" $v}}{{$c = ","}}
{{- else if eq $k "namespaces" "matchLabelKeys" "mismatchLabelKeys"}}{{$c}}"{{$k}}":{{template "values" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "PodDisruptionBudget"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "metadata"}}{{$c}}"{{$k}}":{{template "ObjectMeta" $v}}{{$c = ","}}
{{- else if eq $k "spec"}}{{$c}}"{{$k}}":{{template "PodDisruptionBudgetSpec" $v}}{{$c = ","}}
{{- else if eq $k "status"}}{{$c}}"{{$k}}":{{template "PodDisruptionBudgetStatus" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "PodDisruptionBudgetSpec"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "selector"}}{{$c}}"{{$k}}":{{template "LabelSelector" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "PodDisruptionBudgetStatus"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "disruptionsAllowed"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "disruptedPods"}}{{$c}}"{{$k}}":{{template "map" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "PodMetrics"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "metadata"}}{{$c}}"{{$k}}":{{template "ObjectMeta" $v}}{{$c = ","}}
{{- else if eq $k "containers"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "ContainerMetrics" $v}}{{end}}]{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "PodSpec"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "nodeName" "priority" "priorityClassName" "preemptionPolicy" "hostNetwork" "schedulerName"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "nodeSelector" "overhead"}}{{$c}}"{{$k}}":{{template "map" $v}}{{$c = ","}}
{{- else if eq $k "affinity"}}{{$c}}"{{$k}}":{{template "Affinity" $v}}{{$c = ","}}
{{- else if eq $k "tolerations"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "Toleration" $v}}{{end}}]{{$c = ","}}
{{- else if eq $k "containers" "initContainers"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "Container" $v}}{{end}}]{{$c = ","}}
{{- else if eq $k "resources"}}{{$c}}"{{$k}}":{{template "ResourceRequirements" $v}}{{$c = ","}}
{{- else if eq $k "schedulingGates"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "SchedulingGate" $v}}{{end}}]{{$c = ","}}
{{- else if eq $k "topologySpreadConstraints"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "TopologySpreadConstraint" $v}}{{end}}]{{$c = ","}}
{{- else if eq $k "volumes"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "Volume" $v}}{{end}}]{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "PodStatus"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "phase" "reason" "startTime" "nominatedNodeName"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "conditions"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "Condition" $v}}{{end}}]{{$c = ","}}
{{- else if eq $k "containerStatuses" "initContainerStatuses"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "ContainerStatus" $v}}{{end}}]{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "PodStatusOfClass"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "podName" "secretProviderClassName" "mounted"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "objects"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "MountedObject" $v}}{{end}}]{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "PodTemplate"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "metadata"}}{{$c}}"{{$k}}":{{template "ObjectMeta" $v}}{{$c = ","}}
{{- else if eq $k "spec"}}{{$c}}"{{$k}}":{{template "TemplateSpec" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "PriorityClass"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "metadata"}}{{$c}}"{{$k}}":{{template "ObjectMeta" $v}}{{$c = ","}}
{{- else if eq $k "value" "globalDefault" "preemptionPolicy"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "ProjectedSource"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "secret"}}{{$c}}"{{$k}}":{{template "SecretProjection" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "ProjectedVolume"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "sources"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "ProjectedSource" $v}}{{end}}]{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "ReplicaSet"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "metadata"}}{{$c}}"{{$k}}":{{template "ObjectMeta" $v}}{{$c = ","}}
{{- else if eq $k "spec"}}{{$c}}"{{$k}}":{{template "ReplicaSetSpec" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "ReplicaSetSpec"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "replicas"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "ResourceRequirements"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "requests" "limits"}}{{$c}}"{{$k}}":{{template "map" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "RollingUpdate"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "maxSurge" "maxUnavailable"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "SchedulingGate"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "name"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "SecretEnvSource"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "name" "optional"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "SecretItem"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "key"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "SecretKeySelector"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "name" "key" "optional"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "SecretObject"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "secretName" "type"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "data"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "SecretObjectData" $v}}{{end}}]{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "SecretObjectData"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "objectName" "key"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "SecretProjection"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "name" "optional"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "items"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "SecretItem" $v}}{{end}}]{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "SecretProviderClass"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "metadata"}}{{$c}}"{{$k}}":{{template "ObjectMeta" $v}}{{$c = ","}}
{{- else if eq $k "spec"}}{{$c}}"{{$k}}":{{template "SecretProviderClassSpec" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "SecretProviderClassPodStatus"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "metadata"}}{{$c}}"{{$k}}":{{template "ObjectMeta" $v}}{{$c = ","}}
{{- else if eq $k "status"}}{{$c}}"{{$k}}":{{template "PodStatusOfClass" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "SecretProviderClassSpec"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "provider"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "parameters"}}{{$c}}"{{$k}}":{{template "ClassParameters" $v}}{{$c = ","}}
{{- else if eq $k "secretObjects"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "SecretObject" $v}}{{end}}]{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "SecretVolume"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "secretName" "optional"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "items"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "SecretItem" $v}}{{end}}]{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "SelectorRequirement"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "key" "operator"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "values"}}{{$c}}"{{$k}}":{{template "values" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "StatefulSet"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "metadata"}}{{$c}}"{{$k}}":{{template "ObjectMeta" $v}}{{$c = ","}}
{{- else if eq $k "spec"}}{{$c}}"{{$k}}":{{template "StatefulSetSpec" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "StatefulSetSpec"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "replicas"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "selector"}}{{$c}}"{{$k}}":{{template "LabelSelector" $v}}{{$c = ","}}
{{- else if eq $k "template"}}{{$c}}"{{$k}}":{{template "PodTemplate" $v}}{{$c = ","}}
{{- else if eq $k "volumeClaimTemplates"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "VolumeClaimTemplate" $v}}{{end}}]{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "Taint"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "key" "effect" "value"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "TemplateContainer"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "name" "image" "restartPolicy"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "resources"}}{{$c}}"{{$k}}":{{template "ResourceRequirements" $v}}{{$c = ","}}
{{- else if eq $k "ports"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "ContainerPort" $v}}{{end}}]{{$c = ","}}
{{- else if eq $k "env"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "EnvVar" $v}}{{end}}]{{$c = ","}}
{{- else if eq $k "envFrom"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "EnvFromSource" $v}}{{end}}]{{$c = ","}}
{{- else if eq $k "volumeMounts"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "VolumeMount" $v}}{{end}}]{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "TemplateSpec"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "nodeName" "priority" "priorityClassName" "preemptionPolicy" "hostNetwork" "schedulerName" "restartPolicy"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "nodeSelector" "overhead"}}{{$c}}"{{$k}}":{{template "map" $v}}{{$c = ","}}
{{- else if eq $k "affinity"}}{{$c}}"{{$k}}":{{template "Affinity" $v}}{{$c = ","}}
{{- else if eq $k "tolerations"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "Toleration" $v}}{{end}}]{{$c = ","}}
{{- else if eq $k "containers" "initContainers"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "TemplateContainer" $v}}{{end}}]{{$c = ","}}
{{- else if eq $k "resources"}}{{$c}}"{{$k}}":{{template "ResourceRequirements" $v}}{{$c = ","}}
{{- else if eq $k "schedulingGates"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "SchedulingGate" $v}}{{end}}]{{$c = ","}}
{{- else if eq $k "topologySpreadConstraints"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "TopologySpreadConstraint" $v}}{{end}}]{{$c = ","}}
{{- else if eq $k "volumes"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "TemplateVolume" $v}}{{end}}]{{$c = ","}}
{{- else if eq $k "imagePullSecrets"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "LocalObjectReference" $v}}{{end}}]{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "TemplateVolume"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "name"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "csi"}}{{$c}}"{{$k}}":{{template "CSIVolume" $v}}{{$c = ","}}
{{- else if eq $k "persistentVolumeClaim"}}{{$c}}"{{$k}}":{{template "ClaimVolume" $v}}{{$c = ","}}
{{- else if eq $k "secret"}}{{$c}}"{{$k}}":{{template "SecretVolume" $v}}{{$c = ","}}
{{- else if eq $k "projected"}}{{$c}}"{{$k}}":{{template "ProjectedVolume" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "Toleration"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "key" "operator" "value" "effect" "tolerationSeconds"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "TopologySpreadConstraint"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "topologyKey" "maxSkew" "whenUnsatisfiable" "minDomains" "nodeAffinityPolicy" "nodeTaintsPolicy"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "labelSelector"}}{{$c}}"{{$k}}":{{template "LabelSelector" $v}}{{$c = ","}}
{{- else if eq $k "matchLabelKeys"}}{{$c}}"{{$k}}":{{template "values" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "Volume"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "name"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "csi"}}{{$c}}"{{$k}}":{{template "CSIVolume" $v}}{{$c = ","}}
{{- else if eq $k "persistentVolumeClaim"}}{{$c}}"{{$k}}":{{template "ClaimVolume" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "VolumeClaimTemplate"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "metadata"}}{{$c}}"{{$k}}":{{template "ObjectMeta" $v}}{{$c = ","}}
{{- else if eq $k "spec"}}{{$c}}"{{$k}}":{{template "VolumeClaimTemplateSpec" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "VolumeClaimTemplateSpec"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "storageClassName"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "VolumeMount"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "name" "mountPath" "subPath" "readOnly"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "VolumeNodeAffinity"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "required"}}{{$c}}"{{$k}}":{{template "NodeSelector" $v}}{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
{{define "Secret"}}{"metadata":{{template "SecretMetadata" .metadata}},"type":{{template "value" .type}},"immutable":{{template "value" .immutable}},"data":{{"{"}}{{$c := ""}}{{range $k, $v := .data}}{{$c}}{{printf "%q" $k}}:null{{$c = ","}}{{end}}{{"}"}}}{{end}}
{{define "Manager"}}{"manager":{{template "value" .manager}}}{{end}}
{{define "SecretMetadata"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}
{{- if eq $k "name" "namespace" "creationTimestamp" "deletionTimestamp" "uid" "resourceVersion"}}{{$c}}"{{$k}}":{{template "value" $v}}{{$c = ","}}
{{- else if eq $k "labels"}}{{$c}}"{{$k}}":{{template "map" $v}}{{$c = ","}}
{{- else if eq $k "annotations"}}{{$c}}"{{$k}}":{{template "Annotations" $v}}{{$c = ","}}
{{- else if eq $k "ownerReferences"}}{{$c}}"{{$k}}":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "OwnerReference" $v}}{{end}}]{{$c = ","}}
{{- else if eq $k "managedFields"}}{{$c}}"managedFields":[{{range $i, $v := $v}}{{if $i}},{{end}}{{template "Manager" $v}}{{end}}]{{$c = ","}}
{{- end}}{{end}}{{"}"}}{{end}}
'@

# --- the cluster ---

# Who gets no answer to the first question gets none to the others either, and waits for each.
$answers = $true
if (-not (Get-Command kubectl -ErrorAction SilentlyContinue)) {
  Write-Host 'kubectl is not here: nothing of the cluster is read.'
  $answers = $false
} elseif (Test-Wanted 'api-groups') {
  Write-Host 'kubectl get --raw /apis        (which kinds there are at all)'
  $words = @('--request-timeout', '60s', 'get', '--raw', '/apis')
  if ($Context) { $words = @('--context', $Context) + $words }
  $answer = Read-Answer 'api-groups' 'kubectl' $words
  if ($null -ne $answer) {
    Write-Text (Join-Path $Folder 'api-groups.json') "$answer`n"
  } else {
    Write-Host '  so nothing else of the cluster is asked for.'
    $answers = $false
  }
}
if ($answers) {
$null = Read-Kubernetes 'nodes' 'nodes' 'v1' 'Node' 'Node' @()
$null = Read-Kubernetes 'pods' 'pods' 'v1' 'Pod' 'Pod' @('-A')
$null = Read-Kubernetes 'daemon-sets' 'daemonsets.apps' 'apps/v1' 'DaemonSet' 'DaemonSet' @('-A')
$null = Read-Kubernetes 'priority-classes' 'priorityclasses.scheduling.k8s.io' 'scheduling.k8s.io/v1' 'PriorityClass' 'PriorityClass' @()
$null = Read-Kubernetes 'pod-disruption-budgets' 'poddisruptionbudgets.policy' 'policy/v1' 'PodDisruptionBudget' 'PodDisruptionBudget' @('-A')
$null = Read-Kubernetes 'deployments' 'deployments.apps' 'apps/v1' 'Deployment' 'Deployment' @('-A')
$null = Read-Kubernetes 'stateful-sets' 'statefulsets.apps' 'apps/v1' 'StatefulSet' 'StatefulSet' @('-A')
$null = Read-Kubernetes 'replica-sets' 'replicasets.apps' 'apps/v1' 'ReplicaSet' 'ReplicaSet' @('-A')
$null = Read-Kubernetes 'jobs' 'jobs.batch' 'batch/v1' 'Job' 'Job' @('-A')
$null = Read-Kubernetes 'ingresses' 'ingresses.networking.k8s.io' 'networking.k8s.io/v1' 'Ingress' 'Ingress' @('-A')
$null = Read-Kubernetes 'persistent-volumes' 'persistentvolumes' 'v1' 'PersistentVolume' 'PersistentVolume' @()
$null = Read-Kubernetes 'persistent-volume-claims' 'persistentvolumeclaims' 'v1' 'PersistentVolumeClaim' 'PersistentVolumeClaim' @('-A')
$null = Read-Kubernetes 'pod-metrics' 'pods.metrics.k8s.io' 'metrics.k8s.io/v1beta1' 'PodMetrics' 'PodMetrics' @('-A')
$null = Read-Kubernetes 'events' 'events' 'v1' 'Event' 'Event' @('-A')
$null = Read-Kubernetes 'csi-drivers' 'csidrivers.storage.k8s.io' 'storage.k8s.io/v1' 'CSIDriver' 'CSIDriver' @()
if (-not (Read-Kubernetes 'secrets' 'secrets' 'v1' 'Secret' 'Secret' @('-A'))) { $null = Read-Kubernetes 'secrets' 'secrets' 'v1' 'Secret' 'Secret' @('-n', $Namespace) }
$null = Read-Kubernetes 'secret-provider-classes' 'secretproviderclasses.secrets-store.csi.x-k8s.io' 'secrets-store.csi.x-k8s.io/v1' 'SecretProviderClass' 'SecretProviderClass' @('-A')
$null = Read-Kubernetes 'secret-provider-class-pod-statuses' 'secretproviderclasspodstatuses.secrets-store.csi.x-k8s.io' 'secrets-store.csi.x-k8s.io/v1' 'SecretProviderClassPodStatus' 'SecretProviderClassPodStatus' @('-A')
$null = Read-Kubernetes 'cert-manager-certificates' 'certificates.cert-manager.io' 'cert-manager.io/v1' 'Certificate' 'CertificateObject' @('-A')
}
# --- Azure ---

if (Get-Command az -ErrorAction SilentlyContinue) {
  $chosen = @()
  if ($Subscription) { $chosen = @('--subscription', $Subscription) }
  $nodeGroup = ''
  $vaultId = ''
  if ($ResourceGroup -and $ClusterName) {
    $nodeGroup = & az aks show -g $ResourceGroup -n $ClusterName @chosen --query nodeResourceGroup -o tsv
  } else {
    Write-Host 'Without -ResourceGroup GROUP and -ClusterName NAME nothing of the managed cluster is read.'
  }
  if ($VaultName) {
    $vaultId = & az keyvault show -n $VaultName @chosen --query id -o tsv
  } else {
    Write-Host 'Without -VaultName NAME nothing of the vault is read.'
  }
  if ($ResourceGroup -and $ClusterName) { Read-Azure 'cluster' '{id: id, name: name, type: type, location: location, provisioningState: provisioningState, powerState: powerState, kubernetesVersion: kubernetesVersion, currentKubernetesVersion: currentKubernetesVersion, fqdn: fqdn, privateFqdn: privateFqdn, nodeResourceGroup: nodeResourceGroup, nodeResourceGroupProfile: nodeResourceGroupProfile, addonProfiles: addonProfiles, identity: identity, identityProfile: identityProfile, networkProfile: networkProfile, agentPoolProfiles: agentPoolProfiles[].{name: name, id: id, mode: mode, count: count, maxPods: maxPods, osType: osType, osSku: osSku, vmSize: vmSize, enableAutoScaling: enableAutoScaling, minCount: minCount, maxCount: maxCount, nodeTaints: nodeTaints, nodeLabels: nodeLabels, availabilityZones: availabilityZones, vnetSubnetId: vnetSubnetId, podSubnetId: podSubnetId, podIpAllocationMode: podIpAllocationMode, orchestratorVersion: orchestratorVersion, provisioningState: provisioningState, powerState: powerState, upgradeSettings: upgradeSettings, typePropertiesType: typePropertiesType}}' @('aks', 'show', '-g', "$ResourceGroup", '-n', "$ClusterName") }
  if ($nodeGroup) { Read-Azure 'scale_sets' '[].{id: id, name: name, type: type, tags: {"aks-managed-poolName": tags."aks-managed-poolName"}, identity: identity}' @('vmss', 'list', '-g', "$nodeGroup") }
  Read-Azure 'identities' '[].{id: id, name: name, type: type, clientId: clientId, principalId: principalId, tenantId: tenantId}' @('identity', 'list')
  if ($nodeGroup) { Read-Azure 'outbound_addresses' '[].{id: id, name: name, type: type, ipAddress: ipAddress}' @('network', 'public-ip', 'list', '-g', "$nodeGroup") }
  Read-Azure 'locks' '[].{id: id, name: name, type: type, level: level}' @('lock', 'list')
  if ($VaultName) { Read-Azure 'vault' '{id: id, name: name, type: type, location: location, properties: {tenantId: properties.tenantId, vaultUri: properties.vaultUri, enableRbacAuthorization: properties.enableRbacAuthorization, accessPolicies: properties.accessPolicies, publicNetworkAccess: properties.publicNetworkAccess, networkAcls: properties.networkAcls, privateEndpointConnections: properties.privateEndpointConnections, enableSoftDelete: properties.enableSoftDelete, enablePurgeProtection: properties.enablePurgeProtection, provisioningState: properties.provisioningState}}' @('keyvault', 'show', '-n', "$VaultName") }
  if ($vaultId) { Read-Azure 'role_assignments' '[].{id: id, name: name, type: type, scope: scope, principalId: principalId, principalType: principalType, condition: condition, roleDefinitionId: roleDefinitionId, roleDefinitionName: roleDefinitionName, createdOn: createdOn}' @('role', 'assignment', 'list', '--scope', "$vaultId", '--include-inherited') }
  if ($vaultId) { Read-Azure 'role_definitions' '[].{id: id, name: name, type: type, roleName: roleName, permissions: permissions[].{actions: actions, notActions: notActions, dataActions: dataActions, notDataActions: notDataActions, condition: condition}}' @('role', 'definition', 'list', '--custom-role-only', '--scope', "$vaultId") }
  if ($vaultId) { Read-Azure 'deny_assignments' 'value[].{id: id, name: name, type: type, properties: properties}' @('rest', '--url', "$vaultId/providers/Microsoft.Authorization/denyAssignments?api-version=2022-04-01") }
  Read-Azure 'networks' '[].{id: id, name: name, type: type, dhcpOptions: dhcpOptions.{dnsServers: dnsServers}, virtualNetworkPeerings: virtualNetworkPeerings[].{peeringState: peeringState, remoteVirtualNetwork: remoteVirtualNetwork.{id: id}}, subnets: subnets[].{id: id, name: name, addressPrefix: addressPrefix, addressPrefixes: addressPrefixes, serviceEndpoints: serviceEndpoints[].{service: service}, routeTable: routeTable.{id: id}, natGateway: natGateway.{id: id}}}' @('network', 'vnet', 'list')
  Read-Azure 'private_endpoints' '[].{id: id, name: name, type: type, subnet: subnet.{id: id}}' @('network', 'private-endpoint', 'list')
  Read-Azure 'deleted_vaults' '[].{id: id, name: name, type: type, properties: properties.{vaultId: vaultId, location: location, deletionDate: deletionDate, scheduledPurgeDate: scheduledPurgeDate}}' @('keyvault', 'list-deleted', '--resource-type', 'vault')
  if ($VaultName) { Read-Azure 'vault_secrets' '[].{id: id, name: name, attributes: attributes, contentType: contentType, managed: managed}' @('keyvault', 'secret', 'list', '--include-managed', 'true', '--vault-name', "$VaultName") }
  if ($VaultName) { Read-Azure 'vault_certificates' '[].{id: id, name: name, attributes: attributes}' @('keyvault', 'certificate', 'list', '--vault-name', "$VaultName") }
  if ($VaultName) { Read-Azure 'deleted_vault_secrets' '[].{id: id, name: name, recoveryId: recoveryId, deletedDate: deletedDate, scheduledPurgeDate: scheduledPurgeDate}' @('keyvault', 'secret', 'list-deleted', '--vault-name', "$VaultName") }
  if ($VaultName) { Read-Azure 'deleted_vault_certificates' '[].{id: id, name: name, recoveryId: recoveryId, deletedDate: deletedDate, scheduledPurgeDate: scheduledPurgeDate}' @('keyvault', 'certificate', 'list-deleted', '--vault-name', "$VaultName") }
} else {
  Write-Host 'az is not here: nothing of Azure is read.'
}
Remove-Item -Recurse -Force $work
if ($Only -and -not $script:found) {
  Write-Host "-Only ${Only}: no list is called so; give the name of one of the files, without .json"
  exit 2
}
if (-not (Test-Path -Path (Join-Path $Folder '*.json'))) {
  Write-Host "Nothing was read, and $Folder is empty."
  exit 1
}
Write-Host "Written to $Folder; $script:lacking commands gave nothing. Read it, then: cluedin-preflight run $Folder -f values.yaml"
