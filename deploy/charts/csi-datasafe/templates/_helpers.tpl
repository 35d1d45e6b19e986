{{- define "csi-datasafe.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "csi-datasafe.controller" -}}
{{ include "csi-datasafe.fullname" . }}-controller
{{- end -}}

{{- define "csi-datasafe.emulator" -}}
{{ include "csi-datasafe.fullname" . }}-emulator
{{- end -}}

{{- define "csi-datasafe.snapshotController" -}}
{{ include "csi-datasafe.fullname" . }}-snapshot-controller
{{- end -}}

{{- define "csi-datasafe.serviceAccount" -}}
{{- default (include "csi-datasafe.controller" .) .Values.serviceAccount.name -}}
{{- end -}}

{{- define "csi-datasafe.snapshotControllerAccount" -}}
{{- default (include "csi-datasafe.snapshotController" .) .Values.snapshotController.serviceAccountName -}}
{{- end -}}

{{- /* Whether a gate is open: called with (list root "Gate"), prints true or nothing. */ -}}
{{- define "csi-datasafe.isOpen" -}}
{{- if get (default dict (index . 0).Values.featureGates) (index . 1) -}}true{{- end -}}
{{- end -}}

{{- /* Labels that select pods: they never change. Called with (list root component). */ -}}
{{- define "csi-datasafe.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ default $root.Chart.Name $root.Values.nameOverride }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "csi-datasafe.labels" -}}
{{- $root := index . 0 -}}
{{ include "csi-datasafe.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version }}
{{- end -}}

{{- define "csi-datasafe.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ default $.Chart.AppVersion .tag }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Called with (dict "root" . "settings" "name" "csi-provisioner"): its full name if somebody gave one, else that of the registry. */ -}}
{{- define "csi-datasafe.sidecarImage" -}}
{{- $isV1beta2 := eq (include "csi-datasafe.groupSnapshotVersion" .root) "v1beta2" -}}
{{- $version := ternary (default .settings.version .settings.versionForV1beta2) .settings.version $isV1beta2 -}}
{{- default (printf "%s/%s:%s" .root.Values.sidecarRegistry .name $version) .settings.image -}}
{{- end -}}

{{- /* A=true,B=false in the order of the names. */ -}}
{{- define "csi-datasafe.gates" -}}
{{- $gates := list -}}
{{- range $name, $open := .Values.featureGates -}}
{{- $gates = append $gates (printf "%s=%t" $name $open) -}}
{{- end -}}
{{- join "," $gates -}}
{{- end -}}

{{- define "csi-datasafe.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "csi-datasafe.containerSecurity" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- /* The name that the sidecars give the driver in the names of their leases. */ -}}
{{- define "csi-datasafe.leaseDriver" -}}
{{- regexReplaceAll "[^a-zA-Z0-9-]" .Values.driverName "-" -}}
{{- end -}}

{{- /* The version in which the cluster serves group snapshots: v1, or v1beta2 where there is no v1. */ -}}
{{- define "csi-datasafe.groupSnapshotVersion" -}}
{{- $group := "groupsnapshot.storage.k8s.io" -}}
{{- $served := .Capabilities.APIVersions -}}
{{- if and ($served.Has (printf "%s/v1beta2" $group)) (not ($served.Has (printf "%s/v1" $group))) -}}
v1beta2
{{- else -}}
v1
{{- end -}}
{{- end -}}
