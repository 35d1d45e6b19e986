import type { NotLooked } from '../finding.ts';

/** Each proof costs a request, and a cluster where so much is missing has another problem than each of them. */
export const mostProofs = 50;

/** Which of the ids are proven to be gone, and what is not known of the others. */
export interface Proofs {
  readonly gone: readonly string[];
  readonly notLooked: readonly NotLooked[];
}

/** Asks for a proof of each, of the first fifty. @throws DiskError when a proof could not be had. */
export async function provenAbsent(
  noun: string,
  ids: readonly string[],
  isProvenAbsent: (id: string) => Promise<boolean>,
): Promise<Proofs> {
  const asked = [...new Set(ids)].sort();
  const gone: string[] = [];
  const hidden: string[] = [];
  for (const id of asked.slice(0, mostProofs)) {
    ((await isProvenAbsent(id)) ? gone : hidden).push(id);
  }
  const left = asked.slice(mostProofs);
  return {
    gone,
    notLooked: [
      ...hidden.map((id) => ({
        at: `${noun} ${id}`,
        because: `it exists, but ECS does not show it to this account`,
        mend: [`give the account the right to describe ${noun} ${id}: its resource group may be missing`],
      })),
      ...(left.length === 0
        ? []
        : [
            {
              at: `${left.length} more ${noun}s that ECS does not show, such as ${left[0] ?? ''}`,
              because: `no more than ${mostProofs} are asked for one by one`,
              mend: ['mend the others first, and run it again'],
            },
          ]),
    ],
  };
}
