{{- /* Contradictions that a schema cannot see. Each message says what is wrong and what to do. */ -}}
{{- define "csi-datasafe.checks" -}}
{{- include "csi-datasafe.checkCredentials" . -}}
{{- include "csi-datasafe.checkEmulator" . -}}
{{- include "csi-datasafe.checkGates" . -}}
{{- include "csi-datasafe.checkClasses" . -}}
{{- include "csi-datasafe.checkPods" . -}}
{{- include "csi-datasafe.checkApis" . -}}
{{- if not .Values.region -}}
{{- fail "region is not set: give the ECS region of the cluster, such as --set region=cn-hangzhou" -}}
{{- end -}}
{{- if and (not .Values.serviceAccount.create) (not .Values.serviceAccount.name) -}}
{{- fail "serviceAccount.create is false and serviceAccount.name is empty: name the ServiceAccount that the pods are to use" -}}
{{- end -}}
{{- if and .Values.snapshotController.enabled (not .Values.serviceAccount.create) (not .Values.snapshotController.serviceAccountName) -}}
{{- fail "serviceAccount.create is false and snapshotController.serviceAccountName is empty: name the ServiceAccount that the snapshot-controller is to use" -}}
{{- end -}}
{{- include "csi-datasafe.checkCluster" . -}}
{{- end -}}

{{- define "csi-datasafe.checkCredentials" -}}
{{- with .Values.credentials -}}
{{- if not .kind -}}
{{- fail "credentials.kind is not set: choose accessKey, oidc, instanceRole or managedToken (docs/credentials.md), or try the product without an account with -f values-try.yaml" -}}
{{- end -}}
{{- if and (eq .kind "oidc") (or (not .oidc.roleArn) (not .oidc.providerArn)) -}}
{{- fail "credentials.kind is oidc, so credentials.oidc.roleArn and credentials.oidc.providerArn must be set" -}}
{{- end -}}
{{- if and (eq .kind "accessKey") (not .accessKey.secretName) -}}
{{- fail "credentials.kind is accessKey, so credentials.accessKey.secretName must name the Secret that holds it" -}}
{{- end -}}
{{- if and (eq .kind "managedToken") (not .managedToken.secretName) -}}
{{- fail "credentials.kind is managedToken, so credentials.managedToken.secretName must name the Secret that holds it" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "csi-datasafe.checkEmulator" -}}
{{- $isTrial := eq .Values.preset "try" -}}
{{- if and .Values.emulator.enabled (not $isTrial) -}}
{{- fail "emulator.enabled is true with the preset production: an emulated disk holds nobody's data; use -f values-try.yaml, or leave the emulator off" -}}
{{- end -}}
{{- if and (eq .Values.credentials.kind "emulator") (not $isTrial) -}}
{{- fail "credentials.kind is emulator with the preset production: choose accessKey, oidc, instanceRole or managedToken" -}}
{{- end -}}
{{- if and .Values.emulator.enabled (ne .Values.credentials.kind "emulator") -}}
{{- fail "emulator.enabled is true, so credentials.kind must be emulator: real credentials are not to be sent to an emulator" -}}
{{- end -}}
{{- if and .Values.emulator.enabled .Values.ecs.endpoint -}}
{{- fail "emulator.enabled is true and ecs.endpoint is set: the plugin can speak to one of them only" -}}
{{- end -}}
{{- if and (eq .Values.credentials.kind "emulator") (not .Values.emulator.enabled) (not .Values.ecs.endpoint) -}}
{{- fail "credentials.kind is emulator, so emulator.enabled must be true, or ecs.endpoint must lead to an emulator of your own" -}}
{{- end -}}
{{- if and $isTrial (eq .Values.driverName "diskplugin.csi.alibabacloud.com") -}}
{{- fail "preset is try with the driver name of real disks: an emulator that knows none of them would answer that they are gone; leave driverName as values-try.yaml has it" -}}
{{- end -}}
{{- end -}}

{{- define "csi-datasafe.checkGates" -}}
{{- $own := list "EnableDeleteAutoSnapshots" "EnableVolumeGroupSnapshots" "DiskParallelAttach" "DiskParallelDetach" -}}
{{- $others := list "DiskADController" "DiskHighDensityMode" "DisableExpandAutoSnapshots" -}}
{{- range $name, $open := .Values.featureGates -}}
{{- if not (has $name (concat $own $others)) -}}
{{- fail (printf "featureGates.%s is not known; known are %s (and, without effect, %s)" $name (join ", " $own) (join ", " $others)) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "csi-datasafe.checkClasses" -}}
{{- if and (include "csi-datasafe.isOpen" (list . "EnableDeleteAutoSnapshots")) (not .Values.guards.automaticSnapshots) -}}
{{- fail "guards.automaticSnapshots is false, but the gate EnableDeleteAutoSnapshots is open, so the guards would act all the same: set featureGates.EnableDeleteAutoSnapshots=false too" -}}
{{- end -}}
{{- $guardsAct := or .Values.guards.automaticSnapshots (include "csi-datasafe.isOpen" (list . "EnableDeleteAutoSnapshots")) -}}
{{- range $name, $class := .Values.storageClasses -}}
{{- $parameters := default dict (default dict $class).parameters -}}
{{- $expand := default "closed" $parameters.volumeExpandAutoSnapshot -}}
{{- if and (include "csi-datasafe.isMade" $class) (not $guardsAct) (or (ne $expand "closed") $parameters.volumeDeleteSnapshotRetentionDays) -}}
{{- fail (printf "storageClasses.%s asks for snapshots before expansion or deletion, but guards.automaticSnapshots and the gate EnableDeleteAutoSnapshots are off: set one of them; or take the parameters out of the class, and where it is in the cluster already delete it first (kubectl delete storageclass %s): nobody can change its parameters" $name $name) -}}
{{- end -}}
{{- end -}}
{{- range $name, $class := .Values.volumeGroupSnapshotClasses -}}
{{- if and (include "csi-datasafe.isMade" $class) (not (include "csi-datasafe.isOpen" (list $ "EnableVolumeGroupSnapshots"))) -}}
{{- fail (printf "volumeGroupSnapshotClasses.%s is enabled, but the gate EnableVolumeGroupSnapshots is not open: open it, or set volumeGroupSnapshotClasses.%s.enabled=false" $name $name) -}}
{{- end -}}
{{- if hasKey (default dict (default dict $class).parameters) "retentionDays" -}}
{{- fail (printf "volumeGroupSnapshotClasses.%s has the parameter retentionDays: ECS cannot let group snapshots expire; take it out" $name) -}}
{{- end -}}
{{- end -}}
{{- range $name, $class := .Values.volumeAttributesClasses -}}
{{- if and (include "csi-datasafe.isMade" $class) (not (default dict $class).parameters) -}}
{{- fail (printf "volumeAttributesClasses.%s has no parameters, so it changes nothing: give it some, or set volumeAttributesClasses.%s.enabled=false" $name $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* What the cluster must serve. `helm template` speaks to none and is not told of CRDs: it is asked nothing. */ -}}
{{- define "csi-datasafe.checkApis" -}}
{{- $served := .Capabilities.APIVersions -}}
{{- if $served.Has "apiregistration.k8s.io/v1" -}}
{{- $off := list -}}
{{- $missing := list -}}
{{- if not ($served.Has "snapshot.storage.k8s.io/v1") -}}
{{- range $name, $class := .Values.volumeSnapshotClasses -}}
{{- if include "csi-datasafe.isMade" $class -}}
{{- $missing = append $missing "snapshot.storage.k8s.io/v1" -}}
{{- $off = append $off (printf "volumeSnapshotClasses.%s.enabled=false" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $group := "groupsnapshot.storage.k8s.io" -}}
{{- if and (include "csi-datasafe.isOpen" (list . "EnableVolumeGroupSnapshots")) (not ($served.Has (printf "%s/v1" $group))) (not ($served.Has (printf "%s/v1beta2" $group))) -}}
{{- $old := list -}}
{{- range $version := list "v1beta1" "v1alpha1" -}}
{{- if $served.Has (printf "%s/%s" $group $version) -}}
{{- $old = append $old $version -}}
{{- end -}}
{{- end -}}
{{- $missing = append $missing (printf "%s/v1 or v1beta2%s" $group (ternary (printf " (only %s)" (join ", " $old)) "" (not (empty $old)))) -}}
{{- $off = append $off "featureGates.EnableVolumeGroupSnapshots=false" -}}
{{- range $name, $class := .Values.volumeGroupSnapshotClasses -}}
{{- if include "csi-datasafe.isMade" $class -}}
{{- $off = append $off (printf "volumeGroupSnapshotClasses.%s.enabled=false" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if $missing -}}
{{- fail (printf "this cluster does not serve %s: install the snapshot CRDs first (deploy/README.md), or do without: --set %s" (join ", nor " (uniq $missing)) (join "," $off)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
