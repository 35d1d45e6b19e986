import { expect } from 'chai';

import { EcsError } from '../errors.ts';
import { description, clientToken, resourceName, snapshotName } from './names.ts';
import { entries, list, tagFilters, tags } from './repeated.ts';
import { flag, integer, jsonIds, required, text, textOrEmpty } from './scalars.ts';
import { readParameters, type OtherParameters, type Parameter } from './schema.ts';

function read<T>(
  parameter: Parameter<T>,
  raw: Readonly<Record<string, string>>,
  others: OtherParameters = {},
): T {
  return readParameters({ Name: parameter }, others, new Map(Object.entries(raw))).Name;
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof EcsError ? error.code : String(error);
  }
  return 'OK';
}

describe('Parameters', () => {
  it('refuses a parameter that the action does not have and names it', () => {
    expect(() => read(text(), { Nome: 'x' })).to.throw(EcsError, /no parameter Nome/);
    expect(codeOf(() => read(list({ max: 2 }), { 'Name.1.Key': 'x' }))).to.equal('InvalidParameter');
    expect(codeOf(() => read(text(), { 'Name.1': 'x' }))).to.equal('InvalidParameter');
  });

  it('takes RegionId and the owner fields with every action', () => {
    expect(read(text(), { Name: 'x', RegionId: 'r', OwnerId: '1', ResourceOwnerAccount: 'a' })).to.equal('x');
  });

  it('takes parameters without effect, and refuses those whose effect is not modelled', () => {
    const others = { accepts: ['Arn'], refuses: ['InstanceId'] };
    expect(read(text(), { 'Arn.1.Rolearn': 'x' }, others)).to.equal(undefined);
    expect(read(text(), { InstanceId: '' }, others)).to.equal(undefined);
    expect(codeOf(() => read(text(), { InstanceId: 'i' }, others))).to.equal('InvalidParameter.InstanceId');
  });

  it('takes an empty text as absent, unless emptiness means something', () => {
    expect(read(text(), { Name: '' })).to.equal(undefined);
    expect(read(integer(), { Name: '' })).to.equal(undefined);
    expect(read(flag(), { Name: '' })).to.equal(undefined);
    expect(read(textOrEmpty(), { Name: '' })).to.equal('');
    expect(codeOf(() => read(required(text()), { Name: '' }))).to.equal('MissingParameter.Name');
  });

  it('answers the code of a missing parameter that ECS has for it', () => {
    expect(codeOf(() => read(required(text(), 'MissingParamter.RegionId'), {}))).to.equal(
      'MissingParamter.RegionId',
    );
    expect(codeOf(() => read(required(list({ max: 1 })), {}))).to.equal('MissingParameter.Name');
  });

  it('reads whole numbers within their limits only', () => {
    const size = integer({ min: 1, max: 10 });
    expect(read(size, { Name: '10' })).to.equal(10);
    for (const wrong of ['0', '11', '1.5', '1e1', '0x1', ' 1', 'ten', '99999999999999999999']) {
      expect(
        codeOf(() => read(size, { Name: wrong })),
        wrong,
      ).to.equal('InvalidParameter.Name');
    }
  });

  it('reads true and false only', () => {
    expect(read(flag(), { Name: 'true' })).to.equal(true);
    expect(read(flag(), { Name: 'False' })).to.equal(false);
    expect(codeOf(() => read(flag(), { Name: '1' }))).to.equal('InvalidParameter.Name');
  });

  it('reads lists in the order of their numbers', () => {
    expect(read(list({ max: 3 }), { 'Name.10': 'c', 'Name.1': 'a', 'Name.2': 'b' })).to.deep.equal([
      'a',
      'b',
      'c',
    ]);
    expect(
      codeOf(() => read(list({ max: 1, tooMany: 'NumberExceed.Tags' }), { 'Name.1': 'a', 'Name.2': 'b' })),
    ).to.equal('NumberExceed.Tags');
    expect(codeOf(() => read(list({ max: 3 }), { 'Name.0': 'a' }))).to.equal('InvalidParameter');
  });

  it('reads a JSON list of ids, where an empty list is not an absent one', () => {
    const ids = jsonIds(2, 'InvalidDiskIds.Malformed');
    expect(read(ids, { Name: '["a","b"]' })).to.deep.equal(['a', 'b']);
    expect(read(ids, { Name: '[]' })).to.deep.equal([]);
    expect(read(ids, {})).to.equal(undefined);
    expect(codeOf(() => read(ids, { Name: '["a","b","c"]' }))).to.equal('InvalidDiskIds.Malformed');
    for (const wrong of ['a', '{}', '[1]', '["a"', 'null']) {
      expect(
        codeOf(() => read(ids, { Name: wrong })),
        wrong,
      ).to.equal('InvalidParameter.Name');
    }
  });

  it('reads entries with their fields', () => {
    const raw = { 'Name.2.Key': 'b', 'Name.1.Key': 'a', 'Name.1.Value': '1' };
    expect(read(entries(['Key', 'Value']), raw)).to.deep.equal([{ Key: 'a', Value: '1' }, { Key: 'b' }]);
    expect(codeOf(() => read(entries(['Key']), raw))).to.equal('InvalidParameter');
  });
});

describe('Tags in parameters', () => {
  const tag = (key: string, value = ''): Record<string, string> => ({
    'Name.1.Key': key,
    'Name.1.Value': value,
  });

  it('may have an empty value but no empty key', () => {
    expect(read(tags(), tag('k'))).to.deep.equal([{ key: 'k', value: '' }]);
    expect(codeOf(() => read(tags(), tag('')))).to.equal('InvalidTagKey.Malformed');
  });

  it('may not use reserved prefixes, addresses or more than 128 characters', () => {
    for (const key of ['aliyun-x', 'acs:x', 'xhttp://y', 'https://x', 'x'.repeat(129)]) {
      expect(
        codeOf(() => read(tags(), tag(key))),
        key,
      ).to.equal('InvalidTagKey.Malformed');
    }
    for (const value of ['acs:x', 'http://x', 'x'.repeat(129)]) {
      expect(
        codeOf(() => read(tags(), tag('k', value))),
        value,
      ).to.equal('InvalidTagValue.Malformed');
    }
    expect(read(tags(), tag('x'.repeat(128), 'y'.repeat(128)))).to.have.length(1);
  });

  it('are at most twenty, each key once', () => {
    const many = (count: number): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`Name.${index + 1}.Key`, `k${index}`]));
    expect(read(tags(), many(20))).to.have.length(20);
    expect(codeOf(() => read(tags(), many(21)))).to.equal('InvalidTagCount');
    expect(codeOf(() => read(tags(), { 'Name.1.Key': 'a', 'Name.2.Key': 'a' }))).to.equal('Duplicate.TagKey');
  });

  it('are at most twenty in a search', () => {
    const many = (count: number): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`Name.${index + 1}.Key`, `k${index}`]));
    expect(read(tagFilters(), many(20))).to.have.length(20);
    expect(codeOf(() => read(tagFilters(), many(21)))).to.equal('InvalidTagCount');
  });

  it('can be looked for by key alone', () => {
    expect(read(tagFilters(), { 'Name.1.Key': 'k' })).to.deep.equal([{ key: 'k', value: undefined }]);
    expect(read(tagFilters(), tag('k', 'v'))).to.deep.equal([{ key: 'k', value: 'v' }]);
    expect(codeOf(() => read(tagFilters(), { 'Name.1.Value': 'v' }))).to.equal('InvalidTagKey.Malformed');
  });
});

describe('Names in parameters', () => {
  it('start with a letter of any script and have 2 to 128 characters', () => {
    const name = resourceName('InvalidDiskName.Malformed');
    for (const right of ['ab', '云盘', 'a:_.-1', 'a'.repeat(128)]) {
      expect(read(name, { Name: right })).to.equal(right);
    }
    for (const wrong of ['a', '1a', '-a', 'a b', 'a/b', 'http://a', 'a'.repeat(129)]) {
      expect(
        codeOf(() => read(name, { Name: wrong })),
        wrong,
      ).to.equal('InvalidDiskName.Malformed');
    }
  });

  it('of snapshots do not start with auto', () => {
    expect(read(snapshotName(), { Name: 'my-auto' })).to.equal('my-auto');
    expect(codeOf(() => read(snapshotName(), { Name: 'auto-x' }))).to.equal('InvalidSnapshotName.Malformed');
  });

  it('have descriptions of 2 to 256 characters that are no address', () => {
    expect(read(description(), { Name: 'two\nlines' })).to.equal('two\nlines');
    for (const wrong of ['a', 'http://a', 'https://a', 'a'.repeat(257)]) {
      expect(
        codeOf(() => read(description(), { Name: wrong })),
        wrong,
      ).to.equal('InvalidDescription.Malformed');
    }
  });

  it('and tokens of at most 64 ASCII characters', () => {
    expect(read(clientToken(), { Name: 'a'.repeat(64) })).to.have.length(64);
    expect(codeOf(() => read(clientToken(), { Name: 'a'.repeat(65) }))).to.equal(
      'InvalidClientToken.Malformed',
    );
    expect(codeOf(() => read(clientToken(), { Name: 'tökén' }))).to.equal('InvalidClientToken.Malformed');
  });
});
