{{- /* Whether a class of the values is made: unless its `enabled` is false. Prints true or nothing. */ -}}
{{- define "csi-datasafe.isMade" -}}
{{- if ne (toString (get (default dict .) "enabled")) "false" -}}true{{- end -}}
{{- end -}}

{{- /* Kept when the release goes: claims that were made from a class grow and follow only while it is there. */ -}}
{{- define "csi-datasafe.keep" -}}
{{- if ne .Values.preset "try" -}}
helm.sh/resource-policy: keep
{{- end -}}
{{- end -}}

{{- /* Called with (list root name class). */ -}}
{{- define "csi-datasafe.classMetadata" -}}
{{- $root := index . 0 -}}
{{- $keep := fromYaml (include "csi-datasafe.keep" $root) -}}
name: {{ index . 1 }}
labels: {{- include "csi-datasafe.labels" (list $root "classes") | nindent 2 }}
{{- with merge (dict) (default dict (index . 2).annotations) $keep }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* One document for each class. A class says only what it has otherwise than the ones that the chart brings. */ -}}
{{- define "csi-datasafe.classes" -}}
{{- range $name, $given := .Values.storageClasses }}
{{- if include "csi-datasafe.isMade" $given }}
{{- $class := default dict $given }}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {{- include "csi-datasafe.classMetadata" (list $ $name $class) | nindent 2 }}
provisioner: {{ $.Values.driverName }}
{{- with $class.parameters }}
parameters: {{- toYaml . | nindent 2 }}
{{- end }}
reclaimPolicy: {{ default "Delete" $class.reclaimPolicy }}
volumeBindingMode: {{ default "WaitForFirstConsumer" $class.volumeBindingMode }}
allowVolumeExpansion: {{ ternary $class.allowVolumeExpansion true (hasKey $class "allowVolumeExpansion") }}
{{- end }}
{{- end }}
{{- range $name, $given := .Values.volumeSnapshotClasses }}
{{- if include "csi-datasafe.isMade" $given }}
{{- $class := default dict $given }}
---
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshotClass
metadata: {{- include "csi-datasafe.classMetadata" (list $ $name $class) | nindent 2 }}
driver: {{ $.Values.driverName }}
{{- with $class.parameters }}
parameters: {{- toYaml . | nindent 2 }}
{{- end }}
deletionPolicy: {{ default "Delete" $class.deletionPolicy }}
{{- end }}
{{- end }}
{{- range $name, $given := .Values.volumeGroupSnapshotClasses }}
{{- if include "csi-datasafe.isMade" $given }}
{{- $class := default dict $given }}
---
apiVersion: groupsnapshot.storage.k8s.io/{{ include "csi-datasafe.groupSnapshotVersion" $ }}
kind: VolumeGroupSnapshotClass
metadata: {{- include "csi-datasafe.classMetadata" (list $ $name $class) | nindent 2 }}
driver: {{ $.Values.driverName }}
{{- with $class.parameters }}
parameters: {{- toYaml . | nindent 2 }}
{{- end }}
deletionPolicy: {{ default "Delete" $class.deletionPolicy }}
{{- end }}
{{- end }}
{{- if .Capabilities.APIVersions.Has "storage.k8s.io/v1/VolumeAttributesClass" }}
{{- range $name, $given := .Values.volumeAttributesClasses }}
{{- if include "csi-datasafe.isMade" $given }}
{{- $class := default dict $given }}
---
apiVersion: storage.k8s.io/v1
kind: VolumeAttributesClass
metadata: {{- include "csi-datasafe.classMetadata" (list $ $name $class) | nindent 2 }}
driverName: {{ $.Values.driverName }}
parameters: {{- toYaml $class.parameters | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
