import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { CSI_PROTO_FILE } from '../../../src/csi/proto.ts';
import { describeExtensions, describePackage, parseWireTable } from './wire-table.ts';

const TABLE_FILE = new URL('../../fixtures/csi-v1.12-wire.txt', import.meta.url);

describe('proto/csi.proto', () => {
  const table = parseWireTable(readFileSync(TABLE_FILE, 'utf8'));
  const proto = describePackage(CSI_PROTO_FILE, 'csi.v1');

  it('has the services, messages and enums of the standard, and no others', () => {
    expect([...proto.keys()].sort()).to.deep.equal([...table.keys()].sort());
  });

  it('is compared with a whole table', () => {
    const lines = [...table.values()].flat();

    expect([...table.keys()].filter((item) => item.startsWith('service '))).to.have.length(5);
    expect(lines.filter((line) => line.startsWith('rpc '))).to.have.length(32);
    expect(lines.filter((line) => line.includes('secret'))).to.have.length(19);
  });

  for (const [item, lines] of table) {
    it(`has ${item} as the standard has it`, () => {
      expect(proto.get(item)).to.deep.equal(lines);
    });
  }

  it('declares the options of the standard', () => {
    expect(describeExtensions(CSI_PROTO_FILE, 'csi.v1')).to.deep.equal({
      alpha_enum: '1060 bool of google.protobuf.EnumOptions',
      alpha_enum_value: '1060 bool of google.protobuf.EnumValueOptions',
      csi_secret: '1059 bool of google.protobuf.FieldOptions',
      alpha_field: '1060 bool of google.protobuf.FieldOptions',
      alpha_message: '1060 bool of google.protobuf.MessageOptions',
      alpha_method: '1060 bool of google.protobuf.MethodOptions',
      alpha_service: '1060 bool of google.protobuf.ServiceOptions',
    });
  });
});

describe('parseWireTable', () => {
  it('refuses a line that it does not understand', () => {
    expect(() => parseWireTable('message A\n  1 a string\n  what is this')).to.throw('what is this');
    expect(() => parseWireTable('1 a string')).to.throw('1 a string');
  });
});
