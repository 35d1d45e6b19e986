import type { CsiAnswer, MethodName, RequestOf, ResponseOf } from './csi-connection.ts';
import {
  compareExtents,
  lengthOf,
  writeExtents,
  type Comparison,
  type DataPlan,
  type Extent,
} from './disk-content.ts';
import { formatBytes, formatCount, formatDuration, messageOf, shortHash } from './format.ts';
import type { Proofs } from './proofs.ts';
import type { Fields, Screen } from './screen.ts';
import type { EmulatorService, PluginService } from './services.ts';
import type { StampWriter } from './stamp-writer.ts';

/** What earlier steps have brought about, for the later ones. */
export interface Findings {
  emulator?: EmulatorService;
  plugin?: PluginService;
  volumeId?: string;
  snapshotId?: string;
  restoredVolumeId?: string;
  /** The volume of the second story, whose class asks for both guards. */
  guardedVolumeId?: string;
  /** What the expansion that failed has left. */
  keptSnapshotId?: string;
  /** The volume that was restored from it, and lives on in place of the damaged one. */
  rescuedVolumeId?: string;
  /** What the deletion of that one has left. */
  protectionSnapshotId?: string;
  /** The two volumes of one application: that of its log and that of its tables. */
  pair?: readonly string[];
  /** The application, which writes to both in turn. */
  application?: StampWriter;
  pairSnapshots?: PairSnapshots;
  /** The volumes that were made from it, in the same order. */
  restoredPair?: readonly string[];
}

/** A group snapshot of the pair. */
export interface PairSnapshots {
  readonly groupId: string;
  /** One for each volume of the pair, in that order. */
  readonly snapshotIds: readonly string[];
  /** How many writes were done when it was asked for, and when it was there. */
  readonly writtenBefore: number;
  readonly writtenAfter: number;
}

/** What every step is given. */
export interface Stage {
  readonly screen: Screen;
  readonly proofs: Proofs;
  readonly plan: DataPlan;
  /** The data of the guarded volume: less, since it is compared more often. */
  readonly guardedPlan: DataPlan;
  /** Everything that must be ended or removed when the story is over. */
  readonly cleanUp: AsyncDisposableStack;
  readonly findings: Findings;
}

/** A finding of an earlier step. Throws when that step has failed. */
export function finding<Name extends keyof Findings>(stage: Stage, name: Name): NonNullable<Findings[Name]> {
  const value = stage.findings[name];
  if (value === undefined) {
    throw new Error(`not possible without the ${name} of an earlier step`);
  }
  return value;
}

/** One CSI call and how it is shown. */
export interface Question<Name extends MethodName> {
  readonly method: Name;
  readonly request: RequestOf<Name>;
  readonly asked: Fields;
  readonly answered?: (response: ResponseOf<Name>) => Fields;
}

/** Makes the call, shows question and answer, and returns whatever came back. */
export async function ask<Name extends MethodName>(
  stage: Stage,
  { method, request, asked, answered }: Question<Name>,
): Promise<CsiAnswer<ResponseOf<Name>>> {
  const { screen } = stage;
  const { csi } = finding(stage, 'plugin');
  screen.say('asked', method);
  screen.fields(asked);
  const answer = await screen.whileWaiting(method, csi.call(method, request));
  screen.say('answered', `${answer.code} after ${formatDuration(answer.durationMs)}`);
  if (answer.response === undefined) {
    screen.fields({ message: answer.message });
  } else {
    screen.fields(answered?.(answer.response) ?? {});
  }
  return answer;
}

/** As `ask`, for a call that must succeed. Throws when it does not. */
export async function askFor<Name extends MethodName>(
  stage: Stage,
  question: Question<Name>,
): Promise<ResponseOf<Name>> {
  const answer = await ask(stage, question);
  if (answer.response === undefined) {
    throw new Error(`${question.method} was answered with ${answer.code}: ${answer.message}`);
  }
  return answer.response;
}

/** Writes to a disk as the node would. @returns the SHA-256 of what was written. */
export async function writeData(stage: Stage, diskId: string, extents: readonly Extent[]): Promise<string> {
  const { screen } = stage;
  const bytes = lengthOf(extents);
  const startedAtMs = performance.now();
  for (const { offset, length, seed } of extents) {
    screen.say(
      'node',
      `writes ${formatBytes(length)} of data "${seed ?? ''}" to ${diskId} at offset ${offset === 0 ? '0' : formatBytes(offset)}`,
    );
  }
  const hash = await writeExtents(finding(stage, 'emulator').ecs.bytesOf(diskId), extents, (done) => {
    screen.progress(`written ${formatBytes(done)} of ${formatBytes(bytes)}`);
  });
  const durationMs = performance.now() - startedAtMs;
  screen.say('', `done in ${formatDuration(durationMs)}, sha256 ${shortHash(hash)}`);
  return hash;
}

/** Reads a disk as the node would, and compares every byte with what is expected. */
export async function compareData(
  stage: Stage,
  diskId: string,
  extents: readonly Extent[],
): Promise<Comparison> {
  const { screen } = stage;
  const bytes = lengthOf(extents);
  const startedAtMs = performance.now();
  screen.say('node', `reads ${formatBytes(bytes)} back from ${diskId} and compares every byte`);
  const comparison = await compareExtents(finding(stage, 'emulator').ecs.bytesOf(diskId), extents, (done) => {
    screen.progress(`compared ${formatBytes(done)} of ${formatBytes(bytes)}`);
  });
  const durationMs = performance.now() - startedAtMs;
  screen.fields({
    expected: `sha256 ${shortHash(comparison.expectedSha256)}`,
    found: `sha256 ${shortHash(comparison.foundSha256)} in ${formatDuration(durationMs)}`,
  });
  return comparison;
}

/** Proves that a disk holds exactly these bytes; a disk that cannot be read holds none of them. */
export async function proveData(
  stage: Stage,
  claim: string,
  diskId: string,
  extents: readonly Extent[],
): Promise<void> {
  try {
    const { comparedBytes, differingBytes, expectedSha256, foundSha256 } = await compareData(
      stage,
      diskId,
      extents,
    );
    const isEqual = differingBytes === 0 && expectedSha256 === foundSha256;
    const evidence = `${formatCount(comparedBytes)} bytes compared, ${formatCount(differingBytes)} differ`;
    stage.proofs.that(claim, isEqual && comparedBytes === lengthOf(extents), evidence);
  } catch (error) {
    stage.proofs.that(claim, false, messageOf(error));
  }
}
