import type { Emulator } from '../emulator.ts';
import { ControlError, jsonBody, onlyFields, type Route } from './route.ts';

function clockView(emulator: Emulator): object {
  return { now: new Date(emulator.clock.now()).toISOString(), ...emulator.clock.state() };
}

export const clockRoutes: readonly Route[] = [
  { method: 'GET', path: 'clock', handle: ({ emulator }) => clockView(emulator) },
  {
    method: 'POST',
    path: 'clock',
    handle: async (call) => {
      const body = await jsonBody(call);
      onlyFields(body, 'advanceMs', 'frozen');
      const { advanceMs = 0, frozen } = body;
      if (typeof advanceMs !== 'number' || !Number.isSafeInteger(advanceMs) || advanceMs < 0) {
        throw new ControlError(400, 'advanceMs must be a whole number of at least 0: time does not go back.');
      }
      if (frozen !== undefined && typeof frozen !== 'boolean') {
        throw new ControlError(400, 'frozen must be true or false.');
      }
      if (frozen !== undefined) {
        call.emulator.clock.setFrozen(frozen);
      }
      call.emulator.clock.advance(advanceMs);
      call.emulator.settle();
      return clockView(call.emulator);
    },
  },
];
