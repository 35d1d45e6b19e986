import { execFileSync } from 'node:child_process';
import { expect } from 'chai';

describe('the Kubernetes library', () => {
  it('comes without the client that it generates', () => {
    const code = `
      import { registerHooks } from 'node:module';
      const read = [];
      registerHooks({ load: (url, context, next) => (read.push(url), next(url, context)) });
      const { KubeConfig } = await import('./src/kube/library.ts');
      const config = new KubeConfig();
      config.loadFromClusterAndUser({ name: 'one', server: 'https://127.0.0.1' }, { name: 'me', token: 'secret' });
      console.log(config.getCurrentCluster().server);
      console.log(read.filter((url) => url.includes('/client-node/dist/gen/')).length);
      console.log(read.filter((url) => url.includes('/gen/apis/') || url.includes('/gen/models/')).length);`;
    const text = execFileSync(process.execPath, ['--input-type=module', '--eval', code], {
      encoding: 'utf8',
    });
    const [server, generated, ofObjects] = text.trim().split('\n');
    expect(server).to.equal('https://127.0.0.1');
    expect(Number(generated)).to.be.within(3, 20);
    expect(Number(ofObjects)).to.equal(0);
  });
});
