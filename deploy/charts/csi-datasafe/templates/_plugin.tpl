{{- define "csi-datasafe.pluginContainer" -}}
- name: plugin
  image: {{ include "csi-datasafe.image" . }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  args:
    - serve
    - --endpoint=unix:///csi/csi.sock
    - --driver-name={{ .Values.driverName }}
    - --http-endpoint=:{{ .Values.httpPort }}
    - --credentials={{ include "csi-datasafe.credentialKind" . }}
    - --feature-gates={{ include "csi-datasafe.gates" . }}
    {{- if .Values.defaultZone }}
    - --default-zone={{ .Values.defaultZone }}
    {{- end }}
    {{- if .Values.emulator.enabled }}
    - --ecs-endpoint={{ include "csi-datasafe.emulator" . }}.{{ .Release.Namespace }}.svc:{{ .Values.emulator.port }}
    - --ecs-protocol=http
    {{- else }}
    {{- if .Values.ecs.endpoint }}
    - --ecs-endpoint={{ .Values.ecs.endpoint }}
    {{- end }}
    - --ecs-protocol={{ .Values.ecs.protocol }}
    - --ecs-network={{ .Values.ecs.network }}
    {{- end }}
    # Calls carry the time limits of the sidecars; this one is for callers that set none.
    - --call-timeout=2m
    - --expand-snapshot-max-age={{ .Values.guards.expandSnapshotMaxAge }}
    - --expand-besteffort-wait={{ .Values.guards.expandBesteffortWait }}
    - --protection-namespace={{ .Values.guards.protectionNamespace }}
    - --keeper={{ .Values.keeper.mode }}
    - --keeper-interval={{ .Values.keeper.interval }}
    - --log-level={{ .Values.logLevel }}
    {{- with .Values.extraArgs }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  env:
    {{- include "csi-datasafe.pluginEnv" . | nindent 4 }}
    {{- with .Values.extraEnv }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  ports:
    - name: http
      containerPort: {{ .Values.httpPort }}
    {{- if .Values.livenessProbe.enabled }}
    # The liveness-probe container listens there. A probe finds only ports that its own container names.
    - name: liveness
      containerPort: {{ .Values.livenessProbe.port }}
    {{- end }}
  # Ready: ECS and Kubernetes let it in. Not being ready restarts nothing: a cloud that is away comes back by itself.
  readinessProbe:
    httpGet:
      path: /readyz
      port: http
    periodSeconds: 5
    timeoutSeconds: 3
  {{- if .Values.livenessProbe.enabled }}
  # Probe answers "not ready" until ECS has let the plugin in once, and so does the liveness-probe container: for an hour
  # that is no reason to restart it.
  startupProbe:
    httpGet:
      path: /healthz
      port: liveness
    periodSeconds: 10
    timeoutSeconds: 5
    failureThreshold: 360
  {{- end }}
  livenessProbe:
    httpGet:
      {{- if .Values.livenessProbe.enabled }}
      path: /healthz
      port: liveness
      {{- else }}
      path: /healthz
      port: http
      {{- end }}
    initialDelaySeconds: 10
    periodSeconds: 10
    timeoutSeconds: 5
    failureThreshold: 5
  volumeMounts:
    - name: socket
      mountPath: /csi
    {{- with include "csi-datasafe.credentialMounts" . }}
    {{- . | nindent 4 }}
    {{- end }}
  resources: {{- toYaml .Values.resources | nindent 4 }}
  securityContext: {{- include "csi-datasafe.containerSecurity" . | nindent 4 }}
{{- end -}}

{{- /* What the chart itself sets; extraEnv sets nothing of it. */ -}}
{{- define "csi-datasafe.pluginEnv" -}}
- name: REGION_ID
  value: {{ .Values.region | quote }}
{{- if .Values.clusterId }}
- name: CLUSTER_ID
  value: {{ .Values.clusterId | quote }}
{{- end }}
# Lets the guards act: snapshots before expansion and before deletion, for the classes that ask for them.
- name: VOLUME_DEL_AUTO_SNAP
  value: {{ .Values.guards.automaticSnapshots | quote }}
{{- with .Values.nodeOptions }}
- name: NODE_OPTIONS
  value: {{ . | quote }}
{{- end }}
{{- with include "csi-datasafe.credentialEnv" . }}
{{ . }}
{{- end }}
{{- end -}}
