import { expect } from 'chai';
import { errorFields } from '../../../src/observability/error-fields.ts';

describe('errorFields', () => {
  it('keeps the stack of an error that nobody foresaw', () => {
    const error = new TypeError('no such method');
    expect(errorFields(error)['stack']).to.equal(error.stack);
  });

  it('keeps the properties that are known to be safe, and no stack of an error that says its kind', () => {
    const error = Object.assign(new TypeError('no such disk'), {
      code: 'InvalidDiskId.NotFound',
      kind: 'not-found',
      action: 'DeleteDisk',
      requestId: 'r-1',
      statusCode: 404,
    });

    expect(errorFields(error)).to.deep.equal({
      type: 'TypeError',
      message: 'no such disk',
      code: 'InvalidDiskId.NotFound',
      kind: 'not-found',
      action: 'DeleteDisk',
      requestId: 'r-1',
      statusCode: 404,
    });
  });

  it('leaves out everything else that an error carries', () => {
    const error = Object.assign(new Error('denied'), {
      request: { headers: { authorization: 'hunter2' } },
      data: { accessKeySecret: 'hunter2' },
    });

    expect(JSON.stringify(errorFields(new Error('outer', { cause: error })))).not.to.contain('hunter2');
  });

  it('ends a chain of causes that leads back to itself', () => {
    const error = new Error('round');
    error.cause = error;

    const causes = JSON.stringify(errorFields(error)).match(/"cause"/g);

    expect(causes).to.have.length(5);
  });

  it('describes what was thrown when it is no Error', () => {
    expect(errorFields('out of paper')).to.deep.equal({ type: 'string', message: 'out of paper' });
    expect(errorFields(undefined)).to.deep.equal({ type: 'undefined', message: 'not an Error object' });
    expect(errorFields({ token: 'hunter2' })).to.deep.equal({
      type: 'object',
      message: 'not an Error object',
    });
  });
});
