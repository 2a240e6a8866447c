#!/usr/bin/env bash
# Collects what cluedin-preflight judges, where it cannot be installed: with kubectl and az alone, reading only.
#
#   bash preflight-collect.sh [-n NAMESPACE] [--context NAME] [-g GROUP --cluster-name NAME] [--subscription ID]
#                             [--vault-name NAME] [--only FILE] [--stdout] [FOLDER]
#
# Then, anywhere:  cluedin-preflight run FOLDER -f values.yaml        (FOLDER is preflight-collected unless given)
#
# What leaves: lists of objects, each trimmed by the templates below to the fields that are judged. No value of a Secret,
# of an environment variable or of a values file, and no annotation but Helm's own three: the templates do not print
# them. Messages of events stand as Kubernetes and the driver wrote them. Read the folder before you send it.
#
# What it cannot know, and says so: the values (give your values file with -f), the Helm release (its record holds
# values; where helm is: helm list -A -o json > FOLDER/release.json), what you yourself may do, and groups in Entra ID.
#
# In a private cluster, from anywhere that az reaches (this needs a free pod slot for a pod of its own, runs without az,
# and returns only so much: where its answer is cut off, take one list at a time with --only, such as --only pods):
#   mkdir -p preflight-collected
#   az aks command invoke -g GROUP -n NAME --file preflight-collect.sh -o json \
#     --command "bash preflight-collect.sh --stdout" > preflight-collected/kubernetes.json
set -u +e +C # whatever the shell was told before: a command that fails is one answer less, and files are replaced
NAMESPACE=cluedin
CONTEXT=''
GROUP=''
CLUSTER=''
SUBSCRIPTION=''
VAULT=''
FOLDER=preflight-collected
ONLY=
STDOUT=
found=

usage() { sed -n '2,/^set -u/{/^set -u/d;s/^# \{0,1\}//;p;}' "$0" >&2; exit 2; }
while [ $# -gt 0 ]; do
  case $1 in
    -n | --namespace | --context | -g | --resource-group | --cluster-name | --subscription | --vault-name | --only)
      [ $# -gt 1 ] || usage ;;
  esac
  case $1 in
    -n | --namespace) NAMESPACE=$2; shift ;;
    --context) CONTEXT=$2; shift ;;
    -g | --resource-group) GROUP=$2; shift ;;
    --cluster-name) CLUSTER=$2; shift ;;
    --subscription) SUBSCRIPTION=$2; shift ;;
    --vault-name) VAULT=$2; shift ;;
    --only) ONLY=$2; shift ;;
    --stdout) STDOUT=yes ;;
    -*) usage ;;
    *) FOLDER=$1 ;;
  esac
  shift
done

umask 077
work=$(mktemp -d) || exit 4
trap 'rm -rf "$work"' EXIT
[ -n "$STDOUT" ] || mkdir -p "$FOLDER" || exit 4
lacking=0

say() { [ -n "$STDOUT" ] || printf '%s\n' "$*" >&2; }

# The answer of a command that went well becomes a file, whole; what a command says that did not is shown and counted,
# and no answer of an earlier run stays in its place.
keep() {
  if [ -n "$STDOUT" ]; then cat "$work/answer"; else mv -f "$work/answer" "$FOLDER/$1.json"; fi
}
lacks() {
  lacking=$((lacking + 1))
  say "  not read: $(head -n 1 "$work/said" | cut -c 1-200)"
  [ -n "$STDOUT" ] || rm -f "$FOLDER/$1.json"
}
wanted() {
  [ -z "$ONLY" ] || [ "$ONLY" = "$1" ] || return 1
  found=yes
}

known() {
  [ -z "$ONLY" ] || [ -n "$found" ] && return
  printf '%s\n' "--only $ONLY: no list is called so; give the name of one of the files, without .json" >&2
  exit 2
}

# kubectl quotes text as Go does: \x1b, \a, \v and \U0001f600 are no JSON.
json() {
  LC_ALL=C sed -e "s/\\\\\\\\/$(printf '\001')/g" -e 's/\\x\(..\)/\\u00\1/g' -e 's/\\a/\\u0007/g' -e 's/\\v/\\u000b/g' \
    -e 's/\\U......../\\ufffd/g' -e "s/$(printf '\001')/\\\\\\\\/g" "$1"
}

# kubernetes FILE RESOURCE API_VERSION KIND TEMPLATE [-A]: one list, printed by its template.
kubernetes() {
  wanted "$1" || return 0
  file=$1 resource=$2 version=$3 kind=$4 template=$5
  shift 5
  { cat "$work/types.tmpl"; printf '%s' '{"apiVersion":"'"$version"'","kind":"'"$kind"'List","items":[{{range $i, $o := .items}}{{if $i}},{{end}}
{{template "'"$template"'" $o}}{{end}}]}'; echo; } > "$work/list.tmpl"
  say "kubectl get $resource $* -o go-template-file=..."
  if kubectl ${CONTEXT:+--context "$CONTEXT"} get "$resource" "$@" -o "go-template-file=$work/list.tmpl" \
    > "$work/raw" 2> "$work/said" && json "$work/raw" > "$work/answer"; then
    keep "$file"
  else
    lacks "$file"
    return 1
  fi
}

# azure FACT QUERY COMMAND...: one answer of az, cut to what the query keeps. An empty list does not say of what.
azure() {
  fact=$1 query=$2
  file=$(printf '%s' "$fact" | tr _ -)
  shift 2
  wanted "$file" || return 0
  printf '%s' "$query" > "$work/query"
  say "az $*"
  if az "$@" ${SUBSCRIPTION:+--subscription "$SUBSCRIPTION"} -o json --query "@$work/query" > "$work/raw" 2> "$work/said"; then
    case $(head -c 1 "$work/raw") in
      '[') { printf '{"fact": "%s", "value": ' "$fact"; cat "$work/raw"; printf '}\n'; } > "$work/answer" ;;
      *) cp "$work/raw" "$work/answer" ;;
    esac
    keep "$file"
  else
    lacks "$file"
  fi
}

cat > "$work/types.tmpl" <<'END_OF_TEMPLATES'
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
END_OF_TEMPLATES

# --- the cluster ---

# Who gets no answer to the first question gets none to the others either, and waits for each.
answers=yes
if ! command -v kubectl > /dev/null; then
  say 'kubectl is not here: nothing of the cluster is read.'
  answers=
elif wanted api-groups; then
  say 'kubectl get --raw /apis        (which kinds there are at all)'
  if kubectl ${CONTEXT:+--context "$CONTEXT"} --request-timeout 60s get --raw /apis > "$work/answer" 2> "$work/said"; then
    echo >> "$work/answer"
    keep api-groups
  else
    lacks api-groups
    say '  so nothing else of the cluster is asked for.'
    answers=
  fi
fi
if [ -n "$answers" ]; then
kubernetes nodes nodes v1 Node Node
kubernetes pods pods v1 Pod Pod -A
kubernetes daemon-sets daemonsets.apps apps/v1 DaemonSet DaemonSet -A
kubernetes priority-classes priorityclasses.scheduling.k8s.io scheduling.k8s.io/v1 PriorityClass PriorityClass
kubernetes pod-disruption-budgets poddisruptionbudgets.policy policy/v1 PodDisruptionBudget PodDisruptionBudget -A
kubernetes deployments deployments.apps apps/v1 Deployment Deployment -A
kubernetes stateful-sets statefulsets.apps apps/v1 StatefulSet StatefulSet -A
kubernetes replica-sets replicasets.apps apps/v1 ReplicaSet ReplicaSet -A
kubernetes jobs jobs.batch batch/v1 Job Job -A
kubernetes ingresses ingresses.networking.k8s.io networking.k8s.io/v1 Ingress Ingress -A
kubernetes persistent-volumes persistentvolumes v1 PersistentVolume PersistentVolume
kubernetes persistent-volume-claims persistentvolumeclaims v1 PersistentVolumeClaim PersistentVolumeClaim -A
kubernetes pod-metrics pods.metrics.k8s.io metrics.k8s.io/v1beta1 PodMetrics PodMetrics -A
kubernetes events events v1 Event Event -A
kubernetes csi-drivers csidrivers.storage.k8s.io storage.k8s.io/v1 CSIDriver CSIDriver
kubernetes secrets secrets v1 Secret Secret -A || kubernetes secrets secrets v1 Secret Secret -n "$NAMESPACE"
kubernetes secret-provider-classes secretproviderclasses.secrets-store.csi.x-k8s.io secrets-store.csi.x-k8s.io/v1 SecretProviderClass SecretProviderClass -A
kubernetes secret-provider-class-pod-statuses secretproviderclasspodstatuses.secrets-store.csi.x-k8s.io secrets-store.csi.x-k8s.io/v1 SecretProviderClassPodStatus SecretProviderClassPodStatus -A
kubernetes cert-manager-certificates certificates.cert-manager.io cert-manager.io/v1 Certificate CertificateObject -A
fi
# --- Azure ---

[ -z "$STDOUT" ] || { known; exit 0; }
value() { az "$@" ${SUBSCRIPTION:+--subscription "$SUBSCRIPTION"} -o tsv 2> /dev/null | tr -d '\r'; }
NODE_GROUP=
VAULT_ID=
if ! command -v az > /dev/null; then
  say 'az is not here: nothing of Azure is read.'
else
  if [ -n "$GROUP" ] && [ -n "$CLUSTER" ]; then
    NODE_GROUP=$(value aks show -g "$GROUP" -n "$CLUSTER" --query nodeResourceGroup)
  else
    say 'Without -g GROUP and --cluster-name NAME nothing of the managed cluster is read.'
  fi
  if [ -n "$VAULT" ]; then
    VAULT_ID=$(value keyvault show -n "$VAULT" --query id)
  else
    say 'Without --vault-name NAME nothing of the vault is read.'
  fi
[ -z "$GROUP" ] || [ -z "$CLUSTER" ] || azure cluster '{id: id, name: name, type: type, location: location, provisioningState: provisioningState, powerState: powerState, kubernetesVersion: kubernetesVersion, currentKubernetesVersion: currentKubernetesVersion, fqdn: fqdn, privateFqdn: privateFqdn, nodeResourceGroup: nodeResourceGroup, nodeResourceGroupProfile: nodeResourceGroupProfile, addonProfiles: addonProfiles, identity: identity, identityProfile: identityProfile, networkProfile: networkProfile, agentPoolProfiles: agentPoolProfiles[].{name: name, id: id, mode: mode, count: count, maxPods: maxPods, osType: osType, osSku: osSku, vmSize: vmSize, enableAutoScaling: enableAutoScaling, minCount: minCount, maxCount: maxCount, nodeTaints: nodeTaints, nodeLabels: nodeLabels, availabilityZones: availabilityZones, vnetSubnetId: vnetSubnetId, podSubnetId: podSubnetId, podIpAllocationMode: podIpAllocationMode, orchestratorVersion: orchestratorVersion, provisioningState: provisioningState, powerState: powerState, upgradeSettings: upgradeSettings, typePropertiesType: typePropertiesType}}' aks show -g "$GROUP" -n "$CLUSTER"
[ -z "$NODE_GROUP" ] || azure scale_sets '[].{id: id, name: name, type: type, tags: {"aks-managed-poolName": tags."aks-managed-poolName"}, identity: identity}' vmss list -g "$NODE_GROUP"
azure identities '[].{id: id, name: name, type: type, clientId: clientId, principalId: principalId, tenantId: tenantId}' identity list
[ -z "$NODE_GROUP" ] || azure outbound_addresses '[].{id: id, name: name, type: type, ipAddress: ipAddress}' network public-ip list -g "$NODE_GROUP"
azure locks '[].{id: id, name: name, type: type, level: level}' lock list
[ -z "$VAULT" ] || azure vault '{id: id, name: name, type: type, location: location, properties: {tenantId: properties.tenantId, vaultUri: properties.vaultUri, enableRbacAuthorization: properties.enableRbacAuthorization, accessPolicies: properties.accessPolicies, publicNetworkAccess: properties.publicNetworkAccess, networkAcls: properties.networkAcls, privateEndpointConnections: properties.privateEndpointConnections, enableSoftDelete: properties.enableSoftDelete, enablePurgeProtection: properties.enablePurgeProtection, provisioningState: properties.provisioningState}}' keyvault show -n "$VAULT"
[ -z "$VAULT_ID" ] || azure role_assignments '[].{id: id, name: name, type: type, scope: scope, principalId: principalId, principalType: principalType, condition: condition, roleDefinitionId: roleDefinitionId, roleDefinitionName: roleDefinitionName, createdOn: createdOn}' role assignment list --scope "$VAULT_ID" --include-inherited
[ -z "$VAULT_ID" ] || azure role_definitions '[].{id: id, name: name, type: type, roleName: roleName, permissions: permissions[].{actions: actions, notActions: notActions, dataActions: dataActions, notDataActions: notDataActions, condition: condition}}' role definition list --custom-role-only --scope "$VAULT_ID"
[ -z "$VAULT_ID" ] || azure deny_assignments 'value[].{id: id, name: name, type: type, properties: properties}' rest --url "$VAULT_ID/providers/Microsoft.Authorization/denyAssignments?api-version=2022-04-01"
azure networks '[].{id: id, name: name, type: type, dhcpOptions: dhcpOptions.{dnsServers: dnsServers}, virtualNetworkPeerings: virtualNetworkPeerings[].{peeringState: peeringState, remoteVirtualNetwork: remoteVirtualNetwork.{id: id}}, subnets: subnets[].{id: id, name: name, addressPrefix: addressPrefix, addressPrefixes: addressPrefixes, serviceEndpoints: serviceEndpoints[].{service: service}, routeTable: routeTable.{id: id}, natGateway: natGateway.{id: id}}}' network vnet list
azure private_endpoints '[].{id: id, name: name, type: type, subnet: subnet.{id: id}}' network private-endpoint list
azure deleted_vaults '[].{id: id, name: name, type: type, properties: properties.{vaultId: vaultId, location: location, deletionDate: deletionDate, scheduledPurgeDate: scheduledPurgeDate}}' keyvault list-deleted --resource-type vault
[ -z "$VAULT" ] || azure vault_secrets '[].{id: id, name: name, attributes: attributes, contentType: contentType, managed: managed}' keyvault secret list --include-managed true --vault-name "$VAULT"
[ -z "$VAULT" ] || azure vault_certificates '[].{id: id, name: name, attributes: attributes}' keyvault certificate list --vault-name "$VAULT"
[ -z "$VAULT" ] || azure deleted_vault_secrets '[].{id: id, name: name, recoveryId: recoveryId, deletedDate: deletedDate, scheduledPurgeDate: scheduledPurgeDate}' keyvault secret list-deleted --vault-name "$VAULT"
[ -z "$VAULT" ] || azure deleted_vault_certificates '[].{id: id, name: name, recoveryId: recoveryId, deletedDate: deletedDate, scheduledPurgeDate: scheduledPurgeDate}' keyvault certificate list-deleted --vault-name "$VAULT"
fi
known
set -- "$FOLDER"/*.json
[ -e "$1" ] || { say "Nothing was read, and $FOLDER is empty."; exit 1; }
say "Written to $FOLDER; $lacking commands gave nothing. Read it, then: cluedin-preflight run $FOLDER -f values.yaml"
