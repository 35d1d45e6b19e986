import { invalidArgument } from './status.ts';

/** Limits of the CSI standard: strings have at most 128 bytes, maps at most 4 KiB altogether. */
const maxTextBytes = 128;
const maxMapBytes = 4096;
/** The one longer text: the id of a node. */
const maxNodeIdBytes = 256;

/** The text of a required field. @throws StatusError INVALID_ARGUMENT that names the field. */
export function requireText(text: string, field: string): string {
  if (text === '') {
    throw invalidArgument(`${field} is missing`);
  }
  return checkText(text, field);
}

/** The text of a field that may be empty. */
export function checkText(text: string, field: string, maxBytes = maxTextBytes): string {
  if (Buffer.byteLength(text) > maxBytes) {
    throw invalidArgument(`${field} is longer than ${maxBytes} bytes`);
  }
  if (/\p{Cc}/u.test(text) || !text.isWellFormed()) {
    throw invalidArgument(`${field} contains control characters or is not valid Unicode`);
  }
  return text;
}

/** The id of a node, which may be empty where that means all nodes. */
export function checkNodeId(nodeId: string): string {
  return checkText(nodeId, 'node_id', maxNodeIdBytes);
}

/** @throws StatusError INVALID_ARGUMENT when there is none. */
export function requireNodeId(nodeId: string): string {
  if (nodeId === '') {
    throw invalidArgument('node_id is missing');
  }
  return checkNodeId(nodeId);
}

/** A map within the limits of the standard. */
export function checkMap(
  map: Readonly<Record<string, string>>,
  field: string,
): Readonly<Record<string, string>> {
  const bytes = Object.entries(map)
    .flat()
    .reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > maxMapBytes) {
    throw invalidArgument(`${field} has ${bytes} bytes; the limit is ${maxMapBytes}`);
  }
  return map;
}
