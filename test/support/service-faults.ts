import type { FaultRule } from './emulator.ts';

/** The ways in which ECS, or what stands between, lets a request down without deciding it. */
export const undecidedFaults: Record<string, Pick<FaultRule, 'when' | 'effect'>> = {
  'a lost reply': { when: 'after', effect: { type: 'drop' } },
  'a lost request': { when: 'before', effect: { type: 'drop' } },
  'an internal error after the work was done': {
    when: 'after',
    effect: { type: 'error', code: 'InternalError' },
  },
  'a busy service': { when: 'before', effect: { type: 'error', code: 'ServiceUnavailable' } },
  'an HTML page instead of JSON': {
    when: 'after',
    effect: { type: 'garbage', status: 502, body: '<html>Bad Gateway</html>', contentType: 'text/html' },
  },
  'an empty answer': { when: 'after', effect: { type: 'garbage', status: 200, body: '' } },
  silence: { when: 'after', effect: { type: 'hang' } },
};
