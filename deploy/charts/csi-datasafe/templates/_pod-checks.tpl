{{- /* What pods cannot have: two listeners at one port, one variable twice, labels that their Deployments do not select. */ -}}
{{- define "csi-datasafe.checkPods" -}}
{{- include "csi-datasafe.checkPorts" . -}}
{{- include "csi-datasafe.checkEnv" . -}}
{{- range $key, $value := fromYaml (include "csi-datasafe.labels" (list . "controller")) -}}
{{- if hasKey (default dict $.Values.podLabels) $key -}}
{{- fail (printf "podLabels has %s, which the chart itself sets: take it out, or choose another key" $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* The containers of the controller share one network. */ -}}
{{- define "csi-datasafe.checkPorts" -}}
{{- $ports := dict "httpPort" .Values.httpPort -}}
{{- range $name, $sidecar := .Values.sidecars -}}
{{- $_ := set $ports (printf "sidecars.%s.port" $name) $sidecar.port -}}
{{- end -}}
{{- if .Values.livenessProbe.enabled -}}
{{- $_ := set $ports "livenessProbe.port" .Values.livenessProbe.port -}}
{{- end -}}
{{- $taken := dict -}}
{{- range $name, $port := $ports -}}
{{- $key := toString (int $port) -}}
{{- if hasKey $taken $key -}}
{{- fail (printf "%s and %s are both %s, and the containers of a pod share its ports: give one of them another port" (get $taken $key) $name $key) -}}
{{- end -}}
{{- $_ := set $taken $key $name -}}
{{- end -}}
{{- end -}}

{{- /* Variables that the chart sets, or whose flag it sets, by the value that leads to them. */ -}}
{{- define "csi-datasafe.reservedEnv" -}}
CSI_ENDPOINT: ''
REGION_ID: region
CLUSTER_ID: clusterId
ZONE_ID: defaultZone
ECS_ENDPOINT: ecs.endpoint
ALICLOUD_CLIENT_SCHEME: ecs.protocol
ALIBABA_CLOUD_NETWORK_TYPE: ecs.network
FEATURE_GATES: featureGates
VOLUME_DEL_AUTO_SNAP: guards.automaticSnapshots
LOG_LEVEL: logLevel
NODE_OPTIONS: nodeOptions
ACCESS_KEY_ID: credentials
ACCESS_KEY_SECRET: credentials
ALIBABA_CLOUD_ACCESS_KEY_ID: credentials
ALIBABA_CLOUD_ACCESS_KEY_SECRET: credentials
ALIBABA_CLOUD_ROLE_ARN: credentials
ALIBABA_CLOUD_OIDC_PROVIDER_ARN: credentials
ALIBABA_CLOUD_OIDC_TOKEN_FILE: credentials
ALIBABA_CLOUD_ECS_METADATA: credentials
{{- end -}}

{{- define "csi-datasafe.checkEnv" -}}
{{- $reserved := fromYaml (include "csi-datasafe.reservedEnv" .) -}}
{{- $given := dict -}}
{{- range .Values.extraEnv -}}
{{- if hasKey $reserved .name -}}
{{- fail (printf "extraEnv has %s, which is the chart's to set: %s" .name (ternary "take it out" (printf "use the value %s" (get $reserved .name)) (empty (get $reserved .name)))) -}}
{{- end -}}
{{- if hasKey $given .name -}}
{{- fail (printf "extraEnv has %s twice: take one of them out" .name) -}}
{{- end -}}
{{- $_ := set $given .name true -}}
{{- end -}}
{{- end -}}
