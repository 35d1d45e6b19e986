module csi-datasafe/test/e2e/control-plane/monitoring

go 1.26.0

// Nothing is built from it: it is downloaded for the CRDs that it holds.
require github.com/prometheus-operator/prometheus-operator v0.85.0
