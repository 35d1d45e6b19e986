import { randomBytes } from 'node:crypto';

import { Authenticator } from './authenticate.ts';
import { EmulatorClock, type ClockState } from './clock.ts';
import { Faults } from './faults.ts';
import { ClientTokens } from './idempotency.ts';
import { settle } from './lifecycle/settle.ts';
import { PageTokens } from './paging.ts';
import { RequestLog } from './request-log.ts';
import { RequestQuota } from './request-quota.ts';
import { defaultSettings, mergeSettings, type Settings } from './settings.ts';
import { addDefaultInstances } from './default-instances.ts';
import { EmulatorState } from './state/state.ts';
import { StateFile } from './state/state-file.ts';

export interface EmulatorOptions {
  readonly regionId: string;
  /** Replaces some settings, also those that the state file remembers. */
  readonly settings: unknown;
  readonly stateFile?: string;
  readonly wallClock: () => number;
}

/** The emulated cloud: its state and the parts that watch over requests. No sockets. */
export class Emulator {
  readonly regionId: string;
  readonly wallClock: () => number;
  readonly state = new EmulatorState();
  readonly clock: EmulatorClock;
  readonly authenticator: Authenticator;
  readonly faults = new Faults();
  readonly log = new RequestLog();
  readonly tokens = new ClientTokens(this.state);
  readonly quota = new RequestQuota();
  readonly pageTokens: PageTokens;
  settings: Settings;
  private readonly initialSettings: Settings;
  private readonly file: StateFile | undefined;

  /** Reads the state file if there is one; throws if it cannot be read, SettingError for wrong settings. */
  constructor(options: EmulatorOptions) {
    this.regionId = options.regionId;
    this.wallClock = options.wallClock;
    this.clock = new EmulatorClock(options.wallClock);
    this.authenticator = new Authenticator(options.wallClock);
    this.initialSettings = mergeSettings(defaultSettings(), options.settings);
    this.file = options.stateFile === undefined ? undefined : StateFile.open(options.stateFile, this.state);
    this.settings = this.rememberedSettings(options.settings);
    this.clock.restore((this.state.meta.get('clock')?.value as ClockState | undefined) ?? this.clock.state());
    this.pageTokens = new PageTokens(this.pageKey());
    if (this.state.instances.size === 0) {
      addDefaultInstances(this.state, this.clock.now());
    }
    this.save();
  }

  /** Lets happen what is due by now. */
  settle(): void {
    settle(this.state, this.clock.now());
  }

  changeSettings(change: unknown): void {
    this.settings = mergeSettings(this.settings, change);
    this.state.meta.put({ id: 'settings', value: this.settings });
  }

  /** Writes down what has changed; must be done before an answer goes out. */
  save(): void {
    this.rememberClock();
    this.file?.save(this.state);
  }

  /** The settings back to those that the emulator was started with. */
  resetSettings(): void {
    this.settings = this.initialSettings;
    this.state.meta.delete('settings');
  }

  /** No resources but the default instances, no tokens, no faults, an empty log. Settings and clock stay. */
  reset(): void {
    this.state.clearResources();
    this.faults.remove();
    this.log.clear();
    addDefaultInstances(this.state, this.clock.now());
  }

  close(): void {
    this.save();
    this.file?.close();
  }

  private rememberClock(): void {
    const now = this.clock.state();
    const known = this.state.meta.get('clock')?.value as ClockState | undefined;
    if (known?.offsetMs !== now.offsetMs || known.frozenAtMs !== now.frozenAtMs) {
      this.state.meta.put({ id: 'clock', value: now });
    }
  }

  private rememberedSettings(change: unknown): Settings {
    const remembered = this.state.meta.get('settings')?.value ?? {};
    return mergeSettings(mergeSettings(defaultSettings(), remembered), change);
  }

  private pageKey(): string {
    const known = this.state.meta.get('page-key')?.value;
    if (typeof known === 'string') {
      return known;
    }
    const key = randomBytes(16).toString('hex');
    this.state.meta.put({ id: 'page-key', value: key });
    return key;
  }
}
