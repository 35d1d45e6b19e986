/**
 * The fake API server as a process of its own:
 *
 *     node test/support/kube-api/main.ts --port 0
 */
import { parseArgs } from 'node:util';
import { startServer } from './server.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
const { url } = await startServer(Number(values.port));
console.log(`fake Kubernetes API listening on ${url}`);
