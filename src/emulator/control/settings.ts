import { jsonBody, type Route } from './route.ts';

export const settingRoutes: readonly Route[] = [
  { method: 'GET', path: 'settings', handle: ({ emulator }) => emulator.settings },
  {
    method: 'POST',
    path: 'settings',
    handle: async (call) => {
      call.emulator.changeSettings(await jsonBody(call));
      return call.emulator.settings;
    },
  },
  {
    method: 'DELETE',
    path: 'settings',
    handle: ({ emulator }) => {
      emulator.resetSettings();
      return emulator.settings;
    },
  },
];
