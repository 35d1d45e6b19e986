import { status as GrpcStatus, type ServiceError } from '@grpc/grpc-js';
import { expect } from 'chai';
import { publish, unpublish } from '../../../support/attachments.ts';
import { invoke, type CsiClient } from '../../../support/csi-client.ts';
import { gib } from '../../../support/volumes.ts';

/** A volume as its last successful calls left it. */
export interface Life {
  readonly volumeId: string;
  node: string | undefined;
  sizeGiB: number;
  category: string;
}

/** What a call may end with: done, or refused for good, as it must be here. */
export type Ending = 'done' | 'refused';

/** A call as a sidecar repeats it, and what the volume is like once it is done. */
export interface Operation {
  readonly name: string;
  readonly attempt: (client: CsiClient, timeLimitMs: number) => Promise<Ending>;
  readonly apply: (life: Life) => void;
}

type Maker = (life: Life, nodes: readonly string[], random: () => number) => Operation;

/** Every kind of call, as often as it is to come. Another one is a line here. */
export const makers: readonly { readonly weight: number; readonly make: Maker }[] = [
  { weight: 5, make: move },
  { weight: 1, make: publishElsewhere },
  { weight: 1, make: repeat },
  { weight: 2, make: expand },
  { weight: 1, make: modify },
];

function move(life: Life, nodes: readonly string[], random: () => number): Operation {
  const { volumeId, node } = life;
  if (node !== undefined) {
    return {
      name: 'unpublish',
      attempt: async (client, timeLimitMs) => {
        await unpublish(client, volumeId, node, timeLimitMs);
        return 'done';
      },
      apply: (after) => {
        after.node = undefined;
      },
    };
  }
  return publishAt(life, pick(nodes, random));
}

function publishAt({ volumeId }: Life, target: string): Operation {
  return {
    name: 'publish',
    attempt: (client, timeLimitMs) =>
      unlessRefused(
        publish(client, volumeId, target, { timeLimitMs }),
        GrpcStatus.RESOURCE_EXHAUSTED,
        new RegExp(`${volumeId}.*${target}`),
      ),
    apply: (after) => {
      after.node = target;
    },
  };
}

/** A published volume must be refused elsewhere, with both ids; a free one goes there. */
function publishElsewhere(life: Life, nodes: readonly string[], random: () => number): Operation {
  const { volumeId, node } = life;
  const target = pick(nodes, random);
  if (node === undefined || node === target) {
    return publishAt(life, target);
  }
  return {
    name: 'publish elsewhere',
    attempt: async (client, timeLimitMs) => {
      const call = publish(client, volumeId, target, { timeLimitMs });
      const text = new RegExp(`${volumeId}.*${node}.*${target}`);
      const ending = await unlessRefused(call, GrpcStatus.FAILED_PRECONDITION, text);
      expect(ending, `${volumeId} is at ${node} and must not go to ${target}`).to.equal('refused');
      return ending;
    },
    apply: () => undefined,
  };
}

/** The same call once more, as after a restart of a sidecar: it changes nothing. */
function repeat(life: Life, nodes: readonly string[], random: () => number): Operation {
  const { volumeId, node } = life;
  if (node !== undefined) {
    return { ...publishAt(life, node), name: 'publish again' };
  }
  const target = pick(nodes, random);
  return {
    name: 'unpublish again',
    attempt: async (client, timeLimitMs) => {
      await unpublish(client, volumeId, target, timeLimitMs);
      return 'done';
    },
    apply: () => undefined,
  };
}

function expand(life: Life): Operation {
  const { volumeId } = life;
  const sizeGiB = life.sizeGiB + 1;
  return {
    name: 'expand',
    attempt: async (client, timeLimitMs) => {
      const request = { volumeId, capacityRange: { requiredBytes: sizeGiB * gib } };
      const { capacityBytes } = await invoke(
        client.controller,
        'ControllerExpandVolume',
        request,
        timeLimitMs,
      );
      expect(capacityBytes).to.equal(String(sizeGiB * gib));
      return 'done';
    },
    apply: (after) => {
      after.sizeGiB = sizeGiB;
    },
  };
}

function modify({ volumeId, category }: Life): Operation {
  const type = category === 'cloud_essd' ? 'cloud_auto' : 'cloud_essd';
  return {
    name: 'modify',
    attempt: async (client, timeLimitMs) => {
      const request = { volumeId, mutableParameters: { type } };
      await invoke(client.controller, 'ControllerModifyVolume', request, timeLimitMs);
      return 'done';
    },
    apply: (after) => {
      after.category = type;
    },
  };
}

async function unlessRefused(call: Promise<unknown>, code: GrpcStatus, text: RegExp): Promise<Ending> {
  try {
    await call;
    return 'done';
  } catch (error) {
    const { code: actual, details } = error as ServiceError;
    if (actual !== code) {
      throw error;
    }
    expect(details).to.match(text);
    return 'refused';
  }
}

export function pick<T>(choices: readonly T[], random: () => number): T {
  const chosen = choices[Math.floor(random() * choices.length)];
  if (chosen === undefined) {
    throw new Error('nothing to choose from');
  }
  return chosen;
}
