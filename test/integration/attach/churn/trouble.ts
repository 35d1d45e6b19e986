import type { Emulator, FaultRule } from '../../../support/emulator.ts';
import { attachMs, stuckAttachMs } from './site.ts';

const drop = { type: 'drop' };
const error = (code: string) => ({ type: 'error', code });

/** What goes wrong with requests, again and again. `after`: it was carried out, and only the reply is lost. */
const troubles: readonly (Omit<FaultRule, 'skip' | 'times'> & { readonly oneIn: number })[] = [
  { action: 'AttachDisk', when: 'after', effect: drop, oneIn: 25 },
  { action: 'AttachDisk', when: 'before', effect: drop, oneIn: 40 },
  { action: 'AttachDisk', when: 'before', effect: error('Throttling'), oneIn: 150 },
  { action: 'DetachDisk', when: 'after', effect: drop, oneIn: 25 },
  { action: 'DetachDisk', when: 'before', effect: drop, oneIn: 40 },
  { action: 'DetachDisk', when: 'after', effect: error('InternalError'), oneIn: 60 },
  { action: 'DetachDisk', when: 'before', effect: error('Throttling.User'), oneIn: 150 },
  { action: 'ResizeDisk', when: 'after', effect: drop, oneIn: 25 },
  { action: 'ResizeDisk', when: 'before', effect: error('ServiceUnavailable'), oneIn: 40 },
  { action: 'DescribeDisks', when: 'before', effect: error('Throttling'), oneIn: 400 },
  { action: 'DescribeDisks', when: 'after', effect: drop, oneIn: 60 },
  { action: 'DescribeDisks', when: 'before', effect: { type: 'garbage' }, oneIn: 80 },
  { action: 'DescribeInstances', when: 'before', effect: error('InternalError'), oneIn: 20 },
];

/** Lays out faults over so many requests of each kind. */
export async function addTroubles(emulator: Emulator, random: () => number, requests: number): Promise<void> {
  for (const { oneIn, ...rule } of troubles) {
    for (let at = 0; at < requests; at += oneIn) {
      const skip = at + Math.floor(random() * oneIn);
      await emulator.addFault({ ...rule, skip, times: 1 });
    }
  }
}

/** For some moments in the course of the calls, attaches that begin then are stuck for long. */
export function stuckAttaches(emulator: Emulator, calls: number): (done: number) => Promise<void> {
  const begin = new Set([0.1, 0.35, 0.6, 0.8].map((share) => Math.floor(share * calls)));
  const lengthInCalls = Math.ceil(calls / 100);
  const end = new Set([...begin].map((at) => at + lengthInCalls));
  return async (done) => {
    if (begin.has(done)) {
      await emulator.configure({ attachMs: stuckAttachMs });
    } else if (end.has(done)) {
      await emulator.configure({ attachMs });
    }
  };
}
