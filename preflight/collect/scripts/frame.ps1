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
  [string]$Namespace = @NAMESPACE@,
  [string]$Context = @CONTEXT@,
  [string]$ResourceGroup = @GROUP@,
  [string]$ClusterName = @CLUSTER@,
  [string]$Subscription = @SUBSCRIPTION@,
  [string]$VaultName = @VAULT@,
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
@TEMPLATES@'@

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
@KUBERNETES@}
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
@AZURE@} else {
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
