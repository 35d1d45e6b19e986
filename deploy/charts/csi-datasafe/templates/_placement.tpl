{{- /* Where pods run. Called with (list root component). */ -}}
{{- define "csi-datasafe.placement" -}}
{{- $root := index . 0 -}}
{{- $selector := include "csi-datasafe.selector" . -}}
{{- with $root.Values.priorityClassName -}}
priorityClassName: {{ . }}
{{ end -}}
{{- with $root.Values.nodeSelector -}}
nodeSelector: {{- toYaml . | nindent 2 }}
{{ end -}}
{{- with $root.Values.tolerations -}}
tolerations: {{- toYaml . | nindent 2 }}
{{ end -}}
{{- with $root.Values.topologySpreadConstraints -}}
topologySpreadConstraints:
  {{- range . }}
  {{- $ofComponent := dict "labelSelector" (dict "matchLabels" (fromYaml $selector)) }}
  {{- /* `merge` writes into what it is given: the values belong to the next component too. */}}
  - {{- toYaml (ternary . (merge $ofComponent (deepCopy .)) (hasKey . "labelSelector")) | nindent 4 }}
  {{- end }}
{{ end -}}
affinity:
  {{- if $root.Values.affinity }}
  {{- toYaml $root.Values.affinity | nindent 2 }}
  {{- else }}
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels: {{- $selector | nindent 14 }}
      - weight: 50
        podAffinityTerm:
          topologyKey: topology.kubernetes.io/zone
          labelSelector:
            matchLabels: {{- $selector | nindent 14 }}
  {{- end }}
{{- end -}}
