import { expect } from 'chai';
import { parseHttpEndpoint } from '../../../src/observability/http-endpoint.ts';

describe('parseHttpEndpoint', () => {
  it('reads host and port', () => {
    expect(parseHttpEndpoint('127.0.0.1:9808')).to.deep.equal({ host: '127.0.0.1', port: 9808 });
    expect(parseHttpEndpoint('localhost:0')).to.deep.equal({ host: 'localhost', port: 0 });
    expect(parseHttpEndpoint('[::1]:65535')).to.deep.equal({ host: '::1', port: 65535 });
  });

  it('takes every address when no host is given', () => {
    expect(parseHttpEndpoint(':9808')).to.deep.equal({ host: undefined, port: 9808 });
  });

  it('says what is wrong with anything else', () => {
    for (const text of [
      '',
      '9808',
      'localhost',
      'localhost:',
      ':65536',
      ':-1',
      ':80x',
      '::1:80',
      'http://a:80',
      'a b:80',
    ]) {
      expect(() => parseHttpEndpoint(text), text).to.throw(
        `"${text}" is not an HTTP endpoint: write host:port`,
      );
    }
  });
});
