import { expect } from 'chai';
import { createConnection } from 'node:net';
import { text } from 'node:stream/consumers';
import { startHttpServer } from '../../../src/observability/http-server.ts';
import type { HttpServer, HttpServerOptions } from '../../../src/observability/http-server.ts';
import { createLogger } from '../../../src/observability/logger.ts';

function start(options: Partial<HttpServerOptions> = {}, lines: string[] = []): Promise<HttpServer> {
  return startHttpServer({
    endpoint: '127.0.0.1:0',
    readiness: () => ({ ready: true, reasons: [] }),
    metrics: { contentType: 'text/plain; version=0.0.4', metrics: () => Promise.resolve('up 1\n') },
    log: createLogger({ level: 'warn', destination: { write: (line) => void lines.push(line) } }),
    ...options,
  });
}

/** Sends bytes as they are over a connection of its own; gives back all that comes until that connection is closed. */
function send(server: HttpServer, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = createConnection({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => (received += String(chunk)));
    // A server that has heard enough may reset the connection instead of closing it.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
    socket.end(bytes);
  });
}

describe('startHttpServer', () => {
  it('is healthy while it works', async () => {
    await using server = await start({ readiness: () => ({ ready: false, reasons: ['no credentials'] }) });

    const response = await fetch(`${server.url}/healthz`);

    expect(response.status).to.equal(200);
    expect(await response.text()).to.equal('ok\n');
  });

  it('tells with each request anew whether it is ready, and why not', async () => {
    const reasons = ['no credentials: set ALIBABA_CLOUD_ACCESS_KEY_ID', 'stopping'];
    let ready = false;
    await using server = await start({ readiness: () => ({ ready, reasons: ready ? [] : reasons }) });

    const before = await fetch(`${server.url}/readyz`);
    ready = true;
    const after = await fetch(`${server.url}/readyz`);

    expect(before.status).to.equal(503);
    expect(before.headers.get('content-type')).to.equal('application/json');
    expect(await before.json()).to.deep.equal({ ready: false, reasons });
    expect(after.status).to.equal(200);
    expect(await after.json()).to.deep.equal({ ready: true, reasons: [] });
  });

  it('shows the metrics in the content type of their registry', async () => {
    await using server = await start();

    const response = await fetch(`${server.url}/metrics?name=up`);

    expect(response.status).to.equal(200);
    expect(response.headers.get('content-type')).to.equal('text/plain; version=0.0.4');
    expect(await response.text()).to.equal('up 1\n');
  });

  it('answers HEAD as GET, without the body', async () => {
    await using server = await start();

    const response = await fetch(`${server.url}/metrics`, { method: 'HEAD' });

    expect(response.status).to.equal(200);
    expect(response.headers.get('content-length')).to.equal('5');
    expect(await response.text()).to.equal('');
  });

  it('answers 404 for other paths and 405 for other methods', async () => {
    await using server = await start();

    for (const path of ['/', '/metricsx', '/healthz/', '/HEALTHZ']) {
      expect((await fetch(server.url + path)).status, path).to.equal(404);
    }
    const posted = await fetch(`${server.url}/healthz`, { method: 'POST', body: 'x' });
    expect(posted.status).to.equal(405);
    expect(posted.headers.get('allow')).to.equal('GET, HEAD');
  });

  it('answers 500 and writes a line when a page cannot be made, and goes on', async () => {
    const lines: string[] = [];
    const metrics = { contentType: 'text/plain', metrics: () => Promise.reject(new Error('broken gauge')) };
    await using server = await start({ metrics }, lines);

    const response = await fetch(`${server.url}/metrics`);

    expect(response.status).to.equal(500);
    expect(await response.text()).not.to.contain('broken gauge');
    expect(lines.join('')).to.contain('broken gauge');
    expect((await fetch(`${server.url}/healthz`)).status).to.equal(200);
  });

  it('survives whatever a client sends', async () => {
    await using server = await start();

    expect(await send(server, '\u0000\u0001 not http\r\n\r\n')).to.match(/^HTTP\/1\.1 400 /);
    const tooLong = await send(server, `GET /healthz HTTP/1.1\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`);
    expect(tooLong).to.match(/^(HTTP\/1\.1 431 |$)/);
    expect(await send(server, 'GET //[ HTTP/1.1\r\nhost: x\r\n\r\n')).to.match(/^HTTP\/1\.1 404 /);
    expect(await send(server, 'OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n')).to.match(/^HTTP\/1\.1 404 /);
    expect(await send(server, 'GET /heal')).to.match(/^(HTTP\/1\.1 400 |$)/);
    expect((await fetch(`${server.url}/healthz`)).status).to.equal(200);
  });

  it('says which endpoint is taken and what to do', async () => {
    await using server = await start();
    const endpoint = new URL(server.url).host;

    const failure = await start({ endpoint }).then(
      () => new Error('it started'),
      (error: unknown) => error as Error,
    );

    expect(failure.message).to.contain(`cannot serve HTTP on ${endpoint}`);
    expect(failure.message).to.contain('EADDRINUSE');
    expect(failure.message).to.contain('--http-endpoint');
  });

  it('closes at once while a client is still sending, and may be closed twice', async () => {
    await using server = await start();
    const socket = createConnection({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
    const ended = text(socket).catch(() => 'cut off');
    // The second request is never finished; the answer to the first proves that the server has this connection.
    socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET /heal');
    await new Promise((resolve) => socket.once('readable', resolve));

    await server.close();
    await server.close();

    expect(await ended).to.match(/200 OK|cut off/);
    const refused = await fetch(`${server.url}/healthz`).catch(() => 'refused');
    expect(refused).to.equal('refused');
  });
});
