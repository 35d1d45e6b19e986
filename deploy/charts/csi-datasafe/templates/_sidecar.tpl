{{- /* What all sidecars have in common: called with (dict "root" . "name" "provisioner"). */ -}}
{{- define "csi-datasafe.sidecarArgs" -}}
{{- $sidecar := index .root.Values.sidecars .name -}}
- --csi-address=/csi/csi.sock
- --http-endpoint=:{{ $sidecar.port }}
- --leader-election
- --leader-election-namespace={{ .root.Release.Namespace }}
- --timeout={{ $sidecar.timeout }}
- --retry-interval-start={{ $sidecar.retryIntervalStart }}
- --retry-interval-max={{ $sidecar.retryIntervalMax }}
- --kube-api-qps={{ $sidecar.qps }}
- --kube-api-burst={{ $sidecar.burst }}
{{- end -}}

{{- define "csi-datasafe.sidecarRest" -}}
{{- $sidecar := index .root.Values.sidecars .name -}}
imagePullPolicy: IfNotPresent
ports:
  - name: {{ .name }}
    containerPort: {{ $sidecar.port }}
livenessProbe:
  httpGet:
    path: /healthz/leader-election
    port: {{ .name }}
  initialDelaySeconds: 10
  timeoutSeconds: 10
  periodSeconds: 20
  failureThreshold: 3
volumeMounts:
  - name: socket
    mountPath: /csi
resources: {{- toYaml $sidecar.resources | nindent 2 }}
securityContext: {{- include "csi-datasafe.containerSecurity" . | nindent 2 }}
{{- end -}}
