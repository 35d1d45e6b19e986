#!/usr/bin/env bash
# Writes a claim for each volume of a group snapshot, under the name of the claim that it was taken of:
#   bash generate_pvc.sh <namespace> <VolumeGroupSnapshot> <StorageClass> <capacity> <kubeconfig> <output file>
#   bash generate_pvc.sh default group-snapshot-demo alicloud-disk-essd 20Gi .kube/config ./output.yaml
# Delete the old claims before you apply the file. Needs kubectl.
set -euo pipefail

if [ $# -ne 6 ]; then
  sed -n '2,4s/^# //p' "$0" >&2
  exit 2
fi
namespace=$1 group=$2 storage_class=$3 capacity=$4 kubeconfig=$5 output=$6

uid=$(kubectl --kubeconfig="$kubeconfig" -n "$namespace" get volumegroupsnapshot "$group" -o jsonpath='{.metadata.uid}')
# Since external-snapshotter 8.2 the members name their group and their claim themselves. Those of a former group of the same
# name, which may still be there, have another owner; imported ones have none.
members=$(kubectl --kubeconfig="$kubeconfig" -n "$namespace" get volumesnapshot -o go-template='
{{- range .items }}{{ if .status }}{{ if eq (or .status.volumeGroupSnapshotName "") "'"$group"'" -}}
{{ $ours := true }}{{ range .metadata.ownerReferences }}{{ $ours = eq .uid "'"$uid"'" }}{{ end }}{{ if $ours -}}
{{ or .spec.source.persistentVolumeClaimName "-" }} {{ .metadata.name }} {{ .status.readyToUse }}
{{ end }}{{ end }}{{ end }}{{ end }}')
if [ -z "$members" ]; then
  echo "$namespace/$group has no members: is that its name, and is it ready?" >&2
  exit 1
fi

# A StatefulSet gives no labels to claims that are there already: without these the next group snapshot finds no volume.
labels=$(kubectl --kubeconfig="$kubeconfig" -n "$namespace" get volumegroupsnapshot "$group" -o go-template='
{{- with .spec.source.selector }}{{ range $key, $value := .matchLabels }}
    {{ $key }}: "{{ $value }}"{{ end }}{{ end }}')

: >"$output"
while read -r claim snapshot ready; do
  if [ "$claim" = - ]; then
    echo "the VolumeSnapshot $snapshot was imported and names no claim: csi-datasafe restore-group prints claims for it" >&2
    exit 1
  fi
  if [ "$ready" != true ]; then
    echo "the VolumeSnapshot $snapshot of $claim is not ready yet" >&2
    exit 1
  fi
  cat >>"$output" <<MANIFEST
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: $claim
  namespace: $namespace
  labels:$labels
spec:
  volumeMode: Filesystem
  accessModes: [ReadWriteOnce]
  storageClassName: $storage_class
  resources:
    requests:
      storage: $capacity
  dataSource:
    apiGroup: snapshot.storage.k8s.io
    kind: VolumeSnapshot
    name: $snapshot
MANIFEST
done <<<"$members"
echo "PVC YAML files have been written to $output: $(wc -l <<<"$members") claims"
