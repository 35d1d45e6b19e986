import type { GetPluginCapabilitiesResponse } from '../generated/csi/v1/GetPluginCapabilitiesResponse.ts';
import type { GetPluginInfoResponse } from '../generated/csi/v1/GetPluginInfoResponse.ts';
import type { ProbeResponse } from '../generated/csi/v1/ProbeResponse.ts';
import type { UnaryRpc } from './unary.ts';

export interface IdentityParts {
  readonly driverName: string;
  readonly version: string;
  /** Whether the GroupController is served. */
  readonly groupSnapshots: boolean;
  /** Whether the cloud has let us in. Never waits. */
  readonly isReady: () => boolean;
}

/** The Identity service. None of its answers waits for the cloud: the tightest sidecar gives them one second. */
export function createIdentity(parts: IdentityParts) {
  const GetPluginInfo: UnaryRpc<object, GetPluginInfoResponse> = () =>
    Promise.resolve({ name: parts.driverName, vendorVersion: parts.version });

  const GetPluginCapabilities: UnaryRpc<object, GetPluginCapabilitiesResponse> = () =>
    Promise.resolve({
      capabilities: [
        { service: { type: 'CONTROLLER_SERVICE' } },
        ...(parts.groupSnapshots ? [{ service: { type: 'GROUP_CONTROLLER_SERVICE' as const } }] : []),
        { service: { type: 'VOLUME_ACCESSIBILITY_CONSTRAINTS' } },
        { volumeExpansion: { type: 'ONLINE' } },
      ],
    });

  // Not ready is `ready: false`, never an error: sidecars exit on any error of Probe, and wait on `false`.
  const Probe: UnaryRpc<object, ProbeResponse> = () => Promise.resolve({ ready: { value: parts.isReady() } });

  return { GetPluginInfo, GetPluginCapabilities, Probe };
}
