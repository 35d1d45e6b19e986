#!/usr/bin/env node
import module from 'node:module';
import { UsageError } from './config/usage-error.ts';

/** Each command is loaded only when it is asked for: the SDK alone costs a second. */
const commands: Readonly<Record<string, (argv: string[]) => Promise<number>>> = {
  serve: async (argv) => (await import('./serve.ts')).serve(argv, process.env),
  emulator: async (argv) => (await import('./emulator/run-emulator.ts')).runEmulator(argv),
  'restore-manifests': async (argv) =>
    (await import('./operator/restore-manifests.ts')).printRestoreManifests(argv),
  'restore-group': async (argv) =>
    (await import('./operator/restore-group.ts')).restoreGroup(argv, process.env),
  doctor: async (argv) => (await import('./operator/doctor.ts')).doctor(argv, process.env),
  demo: async (argv) => (await import('./demo/run-demo.ts')).runDemo(argv),
};

const usage = `Usage: csi-datasafe <command> [options]

Commands:
  serve              the CSI plugin, on a Unix socket
  restore-manifests  prints the Kubernetes objects that restore an ECS snapshot
  restore-group      prints those that restore all members of a group snapshot; asks ECS for them
  doctor             compares Kubernetes and ECS, and says what is wrong and how to mend it
  emulator           an emulator of the ECS API, to try the plugin without a cloud account
  demo               runs plugin and emulator and shows them at work

Each command explains its options with --help. --version prints the version.
`;

async function main([name, ...argv]: string[]): Promise<number> {
  if (name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  if (name === '--version') {
    process.stdout.write(`${(await import('./version.ts')).version()}\n`);
    return 0;
  }
  const command = Object.hasOwn(commands, name ?? '') ? commands[name ?? ''] : undefined;
  if (command === undefined) {
    const known = Object.keys(commands).join(', ');
    throw new UsageError(
      `${name === undefined ? 'no command given' : `unknown command "${name}"`}; known are ${known}`,
    );
  }
  return await command(argv);
}

async function run(): Promise<number> {
  try {
    return await main(process.argv.slice(2));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`csi-datasafe: ${message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

const oldestNode = 24;
const runningNode = Number.parseInt(process.versions.node, 10);
if (runningNode < oldestNode) {
  const advice = 'start it with "npm start -- <command>", which brings its own';
  process.stderr.write(
    `csi-datasafe: needs Node.js ${oldestNode} or newer, not ${process.version}; ${advice}\n`,
  );
  process.exit(2);
}
module.enableCompileCache();
// A request that ECS never answers would keep the process alive after its work is done.
process.exit(await run());
