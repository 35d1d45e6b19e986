{{- /* How the plugin learns its credentials: variables, mounts and volumes of each kind. */ -}}
{{- define "csi-datasafe.credentialEnv" -}}
{{- with .Values.credentials -}}
{{- if eq .kind "accessKey" -}}
- name: ALIBABA_CLOUD_ACCESS_KEY_ID
  valueFrom:
    secretKeyRef: { name: {{ .accessKey.secretName }}, key: {{ .accessKey.idKey }} }
- name: ALIBABA_CLOUD_ACCESS_KEY_SECRET
  valueFrom:
    secretKeyRef: { name: {{ .accessKey.secretName }}, key: {{ .accessKey.secretKey }} }
{{- else if eq .kind "oidc" -}}
- name: ALIBABA_CLOUD_ROLE_ARN
  value: {{ .oidc.roleArn | quote }}
- name: ALIBABA_CLOUD_OIDC_PROVIDER_ARN
  value: {{ .oidc.providerArn | quote }}
- name: ALIBABA_CLOUD_OIDC_TOKEN_FILE
  value: /var/run/secrets/alibabacloud.com/token
{{- else if and (eq .kind "instanceRole") .instanceRole.roleName -}}
- name: ALIBABA_CLOUD_ECS_METADATA
  value: {{ .instanceRole.roleName | quote }}
{{- else if eq .kind "emulator" -}}
# Known to everybody: they open the emulator and nothing else.
- name: ALIBABA_CLOUD_ACCESS_KEY_ID
  value: emulator-access-key
- name: ALIBABA_CLOUD_ACCESS_KEY_SECRET
  value: emulator-secret
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "csi-datasafe.credentialKind" -}}
{{- $kinds := dict "accessKey" "access-key" "oidc" "oidc" "instanceRole" "ecs-ram-role" "managedToken" "managed-token" "emulator" "access-key" -}}
{{- get $kinds .Values.credentials.kind -}}
{{- end -}}

{{- define "csi-datasafe.credentialMounts" -}}
{{- if eq .Values.credentials.kind "oidc" -}}
- name: oidc-token
  mountPath: /var/run/secrets/alibabacloud.com
  readOnly: true
{{- else if eq .Values.credentials.kind "managedToken" -}}
- name: managed-token
  mountPath: /var/addon
  readOnly: true
{{- end -}}
{{- end -}}

{{- define "csi-datasafe.credentialVolumes" -}}
{{- with .Values.credentials -}}
{{- if eq .kind "oidc" -}}
- name: oidc-token
  projected:
    sources:
      - serviceAccountToken:
          path: token
          audience: {{ .oidc.audience }}
          expirationSeconds: {{ .oidc.tokenSeconds }}
{{- else if eq .kind "managedToken" -}}
- name: managed-token
  secret:
    secretName: {{ .managedToken.secretName }}
{{- end -}}
{{- end -}}
{{- end -}}
