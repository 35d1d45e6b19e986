{{- /*
Binds the roles of one container to the ServiceAccount of its pod. A pod has one ServiceAccount, so all containers of the
controller share it; the roles stay apart, one per container, so that each can be read, checked and taken away by itself.
Called with (dict "root" . "component" "provisioner" "account" "…" "lease" "…"); without a lease no namespaced Role is made.
*/ -}}
{{- define "csi-datasafe.rbacBindings" -}}
{{- $name := printf "%s-%s" (include "csi-datasafe.fullname" .root) .component -}}
{{- $labels := include "csi-datasafe.labels" (list .root .component) -}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: {{ $name }}
  labels: {{- $labels | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: {{ $name }}
subjects:
  - kind: ServiceAccount
    name: {{ .account }}
    namespace: {{ .root.Release.Namespace }}
{{- if .lease }}
---
# Leader election.
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ $name }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{- $labels | nindent 4 }}
rules:
  # The name of an object that is being made cannot be in a rule.
  - apiGroups: [coordination.k8s.io]
    resources: [leases]
    verbs: [create]
  - apiGroups: [coordination.k8s.io]
    resources: [leases]
    resourceNames: [{{ .lease }}]
    verbs: [get, update]
  {{- if .eventsOfLease }}
  - apiGroups: ['']
    resources: [events]
    verbs: [create]
  {{- end }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ $name }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{- $labels | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ $name }}
subjects:
  - kind: ServiceAccount
    name: {{ .account }}
    namespace: {{ .root.Release.Namespace }}
{{- end }}
{{- end -}}
