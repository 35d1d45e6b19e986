import { expect } from 'chai';
import { once } from 'node:events';
import { existsSync, lstatSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { bindWithMode, removeSocket, removeStaleSocket } from '../../../src/csi/socket.ts';
import { rejectionOf } from '../../support/builders.ts';
import { socketDirectory } from '../../support/plugin.ts';

/** A server that listens on a path, as another plugin would. */
async function listenOn(path: string): Promise<Server & AsyncDisposable> {
  const server = createServer();
  server.listen(path);
  await once(server, 'listening');
  return server;
}

/** A socket file whose server is gone, as after a SIGKILL. */
async function leaveStaleSocket(path: string): Promise<void> {
  const { spawnSync } = await import('node:child_process');
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script]);
  expect(lstatSync(path).isSocket()).to.equal(true);
}

/** Reading it is only possible by setting it. */
function currentUmask(): number {
  const umask = process.umask(0o022);
  process.umask(umask);
  return umask;
}

describe('removeStaleSocket', () => {
  it('has nothing to do where nothing is', async () => {
    using directory = socketDirectory();
    await removeStaleSocket(directory.socket);
  });

  it('removes a socket whose process is dead', async () => {
    using directory = socketDirectory();
    await leaveStaleSocket(directory.socket);

    await removeStaleSocket(directory.socket);

    expect(existsSync(directory.socket)).to.equal(false);
  });

  it('refuses a socket that a living process serves, and leaves it alone', async () => {
    using directory = socketDirectory();
    await using server = await listenOn(directory.socket);

    const error = await rejectionOf(removeStaleSocket(directory.socket));

    expect(error.message).to.equal(
      `another process serves ${directory.socket}; stop it or choose another --endpoint`,
    );
    expect(lstatSync(directory.socket).isSocket()).to.equal(true);
    expect(server.listening).to.equal(true);
  });

  it('says which directory is missing', async () => {
    using directory = socketDirectory();
    const file = join(directory.path, 'file');
    writeFileSync(file, 'precious');

    for (const missing of [join(directory.path, 'missing'), file]) {
      const error = await rejectionOf(removeStaleSocket(join(missing, 'csi.sock')));
      expect(error.message).to.equal(
        `the directory of the socket, ${missing}, does not exist; create it or choose another --endpoint`,
      );
    }
  });

  it('refuses anything that is no socket, and leaves it alone', async () => {
    using directory = socketDirectory();
    const file = join(directory.path, 'file');
    const folder = join(directory.path, 'folder');
    const link = join(directory.path, 'link');
    writeFileSync(file, 'precious');
    mkdirSync(folder);
    symlinkSync(file, link);

    for (const path of [file, folder, link]) {
      const error = await rejectionOf(removeStaleSocket(path));
      expect(error.message).to.equal(
        `${path} is there and is no socket; remove it or choose another --endpoint`,
      );
      expect(existsSync(path)).to.equal(true);
    }
  });
});

describe('bindWithMode', () => {
  for (const mode of [0o600, 0o660, 0o666, 0o777]) {
    it(`binds a socket of mode ${mode.toString(8)}, whatever the umask, and leaves that as it was`, async () => {
      using directory = socketDirectory();
      const before = process.umask(0o077);
      try {
        let server: Server | undefined;
        await bindWithMode({ path: directory.socket, mode, owner: undefined }, async () => {
          server = await listenOn(directory.socket);
          // From the first moment on, not only later.
          expect(statSync(directory.socket).mode & 0o777).to.equal(mode);
        });
        expect(statSync(directory.socket).mode & 0o777).to.equal(mode);
        expect(currentUmask()).to.equal(0o077);
        server?.close();
      } finally {
        process.umask(before);
      }
    });
  }

  it('leaves the umask as it was when the socket cannot be bound', async () => {
    const before = currentUmask();
    const bind = () => Promise.reject(new Error('no room'));

    const error = await rejectionOf(bindWithMode({ path: '/x', mode: 0o600, owner: undefined }, bind));

    expect(error.message).to.equal('no room');
    expect(currentUmask()).to.equal(before);
  });

  it('gives the socket its owner', async () => {
    using directory = socketDirectory();
    const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
    // Only root can give files away; everybody may give them to himself.
    const owner = uid === 0 ? { uid: 65_532, gid: 65_533 } : { uid, gid };

    await bindWithMode({ path: directory.socket, mode: 0o660, owner }, () => {
      writeFileSync(directory.socket, '');
      return Promise.resolve();
    });

    expect(statSync(directory.socket)).to.include(owner);
  });
});

describe('removeSocket', () => {
  it('removes the socket, and nothing else', async () => {
    using directory = socketDirectory();
    await leaveStaleSocket(directory.socket);
    removeSocket(directory.socket);
    expect(existsSync(directory.socket)).to.equal(false);

    removeSocket(directory.socket);
    writeFileSync(directory.socket, 'precious');
    removeSocket(directory.socket);
    expect(existsSync(directory.socket)).to.equal(true);
  });
});
