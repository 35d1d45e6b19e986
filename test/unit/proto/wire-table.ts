/**
 * The two sides of the comparison, brought into one form: per service, message and enum (named by its full path) the
 * lines that describe it, in the notation of the table of the standard.
 */
import { loadProtosWithOptionsSync } from '@grpc/proto-loader/build/src/util.js';

export type WireContract = ReadonlyMap<string, readonly string[]>;

type Tree = ReturnType<ReturnType<typeof loadProtosWithOptionsSync>['toJSON']>;
type Item = NonNullable<Tree['nested']>[string];
type Message = Extract<Item, { fields: unknown }>;
type Options = Record<string, unknown> | undefined;

const HEADING = /^(?<kind>service|message|enum) (?<name>\w+)(?: {2}(?<alpha>\[alpha\]))?$/;
const MEMBER = /^(?:\d+ |rpc )\S/;

/** Reads the table. Throws on a line that it does not understand, so that nothing is skipped unseen. */
export function parseWireTable(text: string): WireContract {
  const contract = new Map<string, string[]>();
  const open: { indent: number; path: string; lines: string[] }[] = [];
  for (const line of text.split('\n').filter((each) => each.trim() !== '' && !each.startsWith('#'))) {
    const indent = line.length - line.trimStart().length;
    const parent = open.findLast((item) => item.indent < indent);
    const heading = HEADING.exec(line.trim())?.groups;
    if (heading !== undefined) {
      const path = `${parent === undefined ? '' : `${parent.path}.`}${heading['name']}`;
      const lines = heading['alpha'] === undefined ? [] : [heading['alpha']];
      contract.set(`${heading['kind']} ${path}`, lines);
      open.splice(parent === undefined ? 0 : open.indexOf(parent) + 1, Infinity, { indent, path, lines });
    } else if (parent !== undefined && MEMBER.test(line.trim())) {
      parent.lines.push(line.trim().replace(' .google.', ' google.'));
    } else {
      throw new Error(`the wire table has a line that makes no sense here: ${line}`);
    }
  }
  return contract;
}

/** Describes a package of a proto file, except its extensions. */
export function describePackage(file: string, packageName: string): WireContract {
  const contract = new Map<string, readonly string[]>();
  const collect = (items: Record<string, Item>, prefix: string): void => {
    for (const [name, item] of Object.entries(items)) {
      const path = prefix + name;
      if ('methods' in item) {
        contract.set(`service ${path}`, describeService(item));
      } else if ('values' in item) {
        contract.set(`enum ${path}`, describeEnum(item));
      } else if ('fields' in item) {
        contract.set(`message ${path}`, describeMessage(item));
        collect(item.nested ?? {}, `${path}.`);
      } else if (!('extend' in item)) {
        throw new Error(`${file} has something unexpected at ${path}`);
      }
    }
  };
  collect(packageItems(file, packageName), '');
  return contract;
}

/** The extensions that a package of a proto file declares: number, type and what each extends, by name. */
export function describeExtensions(file: string, packageName: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, item] of Object.entries(packageItems(file, packageName))) {
    if ('extend' in item) {
      found[name] = `${item.id} ${item.type} of ${item.extend}`;
    }
  }
  return found;
}

function packageItems(file: string, packageName: string): Record<string, Item> {
  const root = loadProtosWithOptionsSync(file, { keepCase: true });
  return (root.lookup(packageName)?.toJSON() as Tree | undefined)?.nested ?? {};
}

function describeService(service: Extract<Item, { methods: unknown }>): string[] {
  const lines = Object.entries(service.methods).map(([name, method]) => {
    const request = `${method.requestStream === true ? 'stream ' : ''}${method.requestType}`;
    const response = `${method.responseStream === true ? 'stream ' : ''}${method.responseType}`;
    return `rpc ${name} (${request}) returns (${response})${marks(method.options, 'alpha_method')}`;
  });
  return [...ownMark(service.options, 'alpha_service'), ...lines];
}

function describeEnum(item: Extract<Item, { values: unknown }>): string[] {
  const valuesOptions = (item as { valuesOptions?: Record<string, Options> }).valuesOptions ?? {};
  const lines = Object.entries(item.values).map(
    ([name, value]) => `${value} ${name}${marks(valuesOptions[name], 'alpha_enum_value')}`,
  );
  return [...ownMark(item.options, 'alpha_enum'), ...lines];
}

function describeMessage(message: Message): string[] {
  const lines = Object.entries(message.fields).map(([name, field]) => {
    const oneof = Object.entries(message.oneofs ?? {}).find(([, { oneof: names }]) => names.includes(name));
    const type =
      'keyType' in field ? `map<${String(field.keyType)}, ${field.type}>` : field.type.replace(/^\./, '');
    const rule = 'rule' in field ? `${field.rule} ` : '';
    const choice = oneof === undefined ? '' : `  (oneof ${oneof[0]})`;
    return `${field.id} ${name} ${rule}${type}${choice}${marks(field.options, 'alpha_field')}`;
  });
  return [...ownMark(message.options, 'alpha_message'), ...lines];
}

function ownMark(options: Options, alphaOption: string): string[] {
  const mark = marks(options, alphaOption).trim();
  return mark === '' ? [] : [mark];
}

/** The options as the table writes them; one it has no word for is shown as it is, and so fails the comparison. */
function marks(options: Options, alphaOption: string): string {
  const words = Object.entries(options ?? {}).map(([name, value]) => {
    if (value === true && name === '(csi_secret)') {
      return 'secret';
    }
    return value === true && name === `(${alphaOption})` ? 'alpha' : `${name}=${String(value)}`;
  });
  return words.length === 0 ? '' : `  [${words.join(',')}]`;
}
