import { createHash, createHmac } from 'node:crypto';

import { EcsError } from './errors.ts';
import { integer, text } from './parameters/scalars.ts';

/** Gives out and takes back NextTokens. They are sealed, so that a changed one is refused, and bound to their query. */
export class PageTokens {
  private readonly key: string;

  constructor(key: string) {
    this.key = key;
  }

  /** A token that says: this query, rows below `sequence`. */
  seal(query: string, position: number): string {
    const content = `${position}.${digest(query)}`;
    return Buffer.from(`${content}.${this.mac(content)}`).toString('base64url');
  }

  /** The position in a token; throws EcsError if it was not given out for this query. */
  open(query: string, token: string): number {
    const position = Number(Buffer.from(token, 'base64url').toString().split('.', 1)[0]);
    if (this.seal(query, position) !== token) {
      throw new EcsError('InvalidNextToken.Malformed');
    }
    return position;
  }

  private mac(content: string): string {
    return createHmac('sha256', this.key).update(content).digest('hex').slice(0, 32);
  }
}

function digest(query: string): string {
  return createHash('sha256').update(query).digest('hex').slice(0, 16);
}

/** The paging parameters of the actions that know both ways of paging. */
export const pagingParameters = {
  MaxResults: integer({ min: 1 }),
  NextToken: text(),
  PageNumber: integer({ min: 1 }),
  PageSize: integer({ min: 1, max: 100 }),
};

export interface PageRequest {
  readonly MaxResults: number | undefined;
  readonly NextToken: string | undefined;
  readonly PageNumber?: number | undefined;
  readonly PageSize?: number | undefined;
}

/** What a NextToken is bound to: the action, the region and everything in the query but its paging. */
export function queryOf(action: string, regionId: string, values: PageRequest): string {
  const paging = { MaxResults: undefined, NextToken: undefined, PageNumber: undefined, PageSize: undefined };
  return `${action} ${regionId} ${JSON.stringify({ ...values, ...paging })}`;
}

export interface PageRules {
  /** Whose pages these are; a token is good for equal filters only. */
  readonly query: string;
  readonly minResults: number;
  readonly maxResults: number;
  readonly tokens: PageTokens;
}

export interface Page<T> {
  readonly rows: readonly T[];
  /** NextToken, TotalCount and, in the old way of paging, PageNumber and PageSize. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * One page of rows, newest first. With MaxResults or NextToken a page starts below the last row of the page before,
 * so rows that come or go in between neither repeat nor hide others; TotalCount then means nothing and is 0.
 * Without them it is PageNumber and PageSize, 10 rows a page by default.
 */
export function pageOf<T extends { readonly sequence: number }>(
  rows: readonly T[],
  request: PageRequest,
  rules: PageRules,
): Page<T> {
  const sorted = [...rows].sort((a, b) => b.sequence - a.sequence);
  if (request.MaxResults === undefined && request.NextToken === undefined) {
    return numberedPage(sorted, request.PageNumber ?? 1, request.PageSize ?? 10);
  }
  const size = Math.min(Math.max(request.MaxResults ?? rules.minResults, rules.minResults), rules.maxResults);
  const below =
    request.NextToken === undefined
      ? Number.POSITIVE_INFINITY
      : rules.tokens.open(rules.query, request.NextToken);
  const rest = sorted.filter((row) => row.sequence < below);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  const nextToken =
    rest.length > size && last !== undefined ? rules.tokens.seal(rules.query, last.sequence) : '';
  return { rows: page, fields: { NextToken: nextToken, TotalCount: 0 } };
}

function numberedPage<T>(rows: readonly T[], number: number, size: number): Page<T> {
  return {
    rows: rows.slice((number - 1) * size, number * size),
    fields: { NextToken: '', TotalCount: rows.length, PageNumber: number, PageSize: size },
  };
}
