{{- /*
What is in the cluster already, and what the API server would refuse only after other objects were changed. `helm template` and
`--dry-run=client` speak to no cluster: `lookup` finds nothing then, and nothing is refused.
*/ -}}
{{- define "csi-datasafe.checkCluster" -}}
{{- include "csi-datasafe.checkRelease" . -}}
{{- include "csi-datasafe.checkImmutableClasses" . -}}
{{- if .Release.IsInstall -}}
{{- include "csi-datasafe.checkOtherControllers" . -}}
{{- end -}}
{{- include "csi-datasafe.checkOtherSnapshotController" . -}}
{{- end -}}

{{- /* What an upgrade cannot change: the selector of a Deployment, and which volumes the release serves. */ -}}
{{- define "csi-datasafe.checkRelease" -}}
{{- $name := include "csi-datasafe.controller" . -}}
{{- $selector := fromYaml (include "csi-datasafe.selector" (list . "controller")) -}}
{{- range (lookup "apps/v1" "Deployment" .Release.Namespace "").items -}}
{{- $labels := default dict .metadata.labels -}}
{{- $isOfRelease := and (eq (get $labels "app.kubernetes.io/instance") $.Release.Name) (eq (get $labels "app.kubernetes.io/component") "controller") -}}
{{- if and $isOfRelease (eq .metadata.name $name) (ne (toJson .spec.selector.matchLabels) (toJson $selector)) -}}
{{- fail (printf "the pods of Deployment %s are selected by %s, and Kubernetes lets nobody change that to %s: set nameOverride to what it was, or choose another fullnameOverride too" $name (toJson .spec.selector.matchLabels) (toJson $selector)) -}}
{{- end -}}
{{- if and $isOfRelease $.Release.IsUpgrade -}}
{{- include "csi-datasafe.checkSameVolumes" (list $ $labels .spec.template.spec.containers) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Called with (list root labels containers) of the controller as it is now. */ -}}
{{- define "csi-datasafe.checkSameVolumes" -}}
{{- $root := index . 0 -}}
{{- $preset := get (index . 1) "csi.alibabacloud.com/preset" -}}
{{- if and $preset (ne $preset $root.Values.preset) -}}
{{- fail (printf "release %s has the preset %s, and an upgrade cannot make it %s, since the one knows nothing of the disks of the other: install a release of another name beside it" $root.Release.Name $preset $root.Values.preset) -}}
{{- end -}}
{{- range (index . 2) -}}
{{- range .args -}}
{{- if and (hasPrefix "--driver-name=" .) (ne . (printf "--driver-name=%s" $root.Values.driverName)) -}}
{{- fail (printf "release %s serves the driver %s: as %s it would leave those volumes without a controller; keep driverName, or install a release of another name beside it" $root.Release.Name (trimPrefix "--driver-name=" .) $root.Values.driverName) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "csi-datasafe.checkImmutableClasses" -}}
{{- $immutable := dict "StorageClass" (list "provisioner" "parameters" "reclaimPolicy" "volumeBindingMode") "VolumeGroupSnapshotClass" (list "driver" "parameters" "deletionPolicy") "VolumeAttributesClass" (list "driverName" "parameters") -}}
{{- $values := dict "StorageClass" "storageClasses" "VolumeGroupSnapshotClass" "volumeGroupSnapshotClasses" "VolumeAttributesClass" "volumeAttributesClasses" -}}
{{- range $document := regexSplit "(?m)^---$" (include "csi-datasafe.classes" .) -1 -}}
{{- $new := fromYaml $document -}}
{{- if hasKey $immutable (default "" $new.kind) -}}
{{- $name := $new.metadata.name -}}
{{- $old := lookup $new.apiVersion $new.kind "" $name -}}
{{- range $field := get $immutable $new.kind -}}
{{- $before := toJson (default dict (get $old $field)) -}}
{{- $after := toJson (default dict (get $new $field)) -}}
{{- if and $old (ne $before $after) -}}
{{- $outcome := ternary "Give the changed class another name" (printf "Delete the class first (kubectl delete %s %s), then do this again: volumes keep what they were made with, in the tags of their disks" (lower $new.kind) $name) (eq $new.kind "VolumeAttributesClass") -}}
{{- /* A class of the preset `try` is not kept, so without its value an upgrade would delete it. */ -}}
{{- $orLeaveIt := ternary "" (printf ". Or leave it as it is: %s.%s.enabled=false" (get $values $new.kind) $name) (eq $.Values.preset "try") -}}
{{- fail (printf "%s %s is there with %s %s, and Kubernetes lets nobody change that to %s. %s%s" $new.kind $name $field $before $after $outcome $orLeaveIt) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /*
The Lease of this name that somebody renews: leaders do so every few seconds, so two minutes are enough for clocks that differ.
Called with (list root lease prefix), where the holders of the release itself start with the prefix; prints YAML or nothing.
*/ -}}
{{- define "csi-datasafe.foreignLease" -}}
{{- $root := index . 0 -}}
{{- $lease := index . 1 -}}
{{- with $lease.spec -}}
{{- if and .holderIdentity .renewTime -}}
{{- $age := sub (now | unixEpoch | int64) (toDate "2006-01-02T15:04:05Z07:00" .renewTime | unixEpoch | int64) -}}
{{- $isOwn := and (eq $lease.metadata.namespace $root.Release.Namespace) (hasPrefix (index $ 2) .holderIdentity) -}}
{{- if and (lt $age 120) (not $isOwn) -}}
{{ .holderIdentity }} holds the lease {{ $lease.metadata.name }} in namespace {{ $lease.metadata.namespace }}, renewed {{ max 0 $age }} s ago
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "csi-datasafe.checkOtherControllers" -}}
{{- $driver := include "csi-datasafe.leaseDriver" . -}}
{{- $names := list $driver (printf "external-attacher-leader-%s" $driver) (printf "external-resizer-%s" $driver) (printf "external-snapshotter-leader-%s" $driver) -}}
{{- range (lookup "coordination.k8s.io/v1" "Lease" "" "").items -}}
{{- if has .metadata.name $names -}}
{{- $held := include "csi-datasafe.foreignLease" (list $ . (printf "%s-" (include "csi-datasafe.controller" $))) -}}
{{- $isHere := eq .metadata.namespace $.Release.Namespace -}}
{{- if and $held (not $isHere) -}}
{{- fail (printf "another controller serves the driver %s: %s. From namespace %s this one would act beside it, on the same disks. Install into namespace %s; or scale the other down first, and install two minutes later (\"Taking over\" in deploy/README.md)" $.Values.driverName $held $.Release.Namespace .metadata.namespace) -}}
{{- end -}}
{{- if and $held (not $.Values.takeover) -}}
{{- fail (printf "another controller serves the driver %s: %s. While it does, this one waits and its guards do nothing. To take over from it, set takeover=true and then scale it down; or scale it down first, and install two minutes later (\"Taking over\" in deploy/README.md)" $.Values.driverName $held) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* When it is to be made: one is there for the whole cluster. */ -}}
{{- define "csi-datasafe.checkOtherSnapshotController" -}}
{{- $name := include "csi-datasafe.snapshotController" . -}}
{{- if and .Values.snapshotController.enabled (not (lookup "apps/v1" "Deployment" .Release.Namespace $name)) -}}
{{- range (lookup "coordination.k8s.io/v1" "Lease" "" "").items -}}
{{- if eq .metadata.name "snapshot-controller-leader" -}}
{{- $held := include "csi-datasafe.foreignLease" (list $ . (printf "%s-" $name)) -}}
{{- if $held -}}
{{- fail (printf "snapshotController.enabled is true, but the cluster has a snapshot-controller: %s. One serves all drivers: set snapshotController.enabled=false" $held) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
