import { expect } from 'chai';

import { SettingError } from './setting-values.ts';
import { defaultSettings, mergeSettings } from './settings.ts';

describe('Settings', () => {
  it('replace what is given and keep the rest', () => {
    const merged = mergeSettings(defaultSettings(), { uploadMs: 5, latencyMs: { CreateDisk: 3 } });
    expect(merged).to.deep.equal({ ...defaultSettings(), uploadMs: 5, latencyMs: { CreateDisk: 3 } });
  });

  it('refuse an unknown name and tell the known ones', () => {
    expect(() => mergeSettings(defaultSettings(), { uplaodMs: 5 })).to.throw(
      SettingError,
      /no setting uplaodMs.*uploadMs/,
    );
  });

  it('refuse a wrong value and name the setting', () => {
    const wrong = [
      { uploadMs: -1 },
      { uploadMs: '5' },
      { uploadMs: 1.5 },
      { writeUnattached: 1 },
      { resizeDuringUpload: 'maybe' },
      { soldOut: 'x' },
      { requestsPerMinute: { CreateDisk: -1 } },
      { requestsPerMinute: [] },
      { accounts: [{ accessKeyId: 'a' }] },
      { accounts: [{ accessKeyId: 'a', accessKeySecret: 'b', secret: 'c' }] },
      { ramPolicies: ['x'] },
    ];
    for (const change of wrong) {
      const [name = ''] = Object.keys(change);
      expect(() => mergeSettings(defaultSettings(), change), JSON.stringify(change)).to.throw(
        SettingError,
        new RegExp(`^${name}: `),
      );
    }
  });

  it('are an object', () => {
    for (const wrong of [null, [], 'x', 1]) {
      expect(() => mergeSettings(defaultSettings(), wrong)).to.throw(SettingError, /object/);
    }
  });

  it('survive a way through JSON', () => {
    const restored: unknown = JSON.parse(JSON.stringify(defaultSettings()));
    expect(mergeSettings(defaultSettings(), restored)).to.deep.equal(defaultSettings());
  });
});
