import { createHash } from 'node:crypto';

/**
 * The ClientToken of one intent: the same parts give the same token in every process, so that ECS answers a repeated
 * request with the resource it has already made. 43 characters of base64url; ECS allows 64 of ASCII.
 */
export function clientToken(...parts: readonly (string | number | undefined)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
