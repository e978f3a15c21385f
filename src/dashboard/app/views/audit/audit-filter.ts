import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { nodeIdOf } from '../../api/node-id.js';
import { isAuditedAction } from '../../domain/audit/sentence-key.js';
import type { AuditAction, AuditCategory, AuditFilter } from '../../generated/graphql.js';

/** The kinds of entries as the address names them, each with its category; null for all. */
const categories = {
  all: null,
  session: 'SESSION',
  user: 'USER',
  role: 'ROLE',
  key: 'KEY',
  device: 'DEVICE',
  release: 'RELEASE',
} as const satisfies Record<string, AuditCategory | null>;

export type Kind = keyof typeof categories;

const isKind = (text: string | null): text is Kind => text !== null && Object.hasOwn(categories, text);

export const kinds = Object.keys(categories).filter(isKind);

/** Which entries are shown. It is kept in the address. */
export interface AuditViewFilter {
  readonly kind: Kind;
  readonly search: string;
  readonly action: AuditAction | null;
  /** The node id of a person who acted or was acted on. */
  readonly user: string | null;
  readonly actor: string | null;
  /** The node id of what was acted on. */
  readonly target: string | null;
  /** Days in the browser's time zone, as `2026-11-29`; both are included. */
  readonly from: string | null;
  readonly to: string | null;
}

export const noFilter: AuditViewFilter = {
  kind: 'all',
  search: '',
  action: null,
  user: null,
  actor: null,
  target: null,
  from: null,
  to: null,
};

export const isFiltered = (filter: AuditViewFilter): boolean =>
  Object.entries(noFilter).some(([name, value]) => filter[name as keyof AuditViewFilter] !== value);

/** The filter of the address, and a function that changes parts of it and returns to the first page. */
export function useAuditFilter() {
  const [params, setParams] = useSearchParams();
  const filter = useMemo(() => parse(params), [params]);
  const change = useCallback(
    (changes: Partial<AuditViewFilter>) =>
      setParams((before) => format({ ...parse(before), ...changes }), { replace: true }),
    [setParams],
  );
  const auditFilter = useMemo(() => toAuditFilter(filter), [filter]);
  return { filter, change, auditFilter };
}

function parse(params: URLSearchParams): AuditViewFilter {
  const kind = params.get('kind');
  const action = params.get('action');
  const personIn = (name: string) => {
    const text = params.get(name);
    return text === null ? null : nodeIdOf('user', text);
  };
  return {
    kind: isKind(kind) ? kind : 'all',
    search: params.get('q') ?? '',
    action: isAuditedAction(action) ? action : null,
    user: personIn('user'),
    actor: personIn('actor'),
    target: params.get('target'),
    from: dayOf(params.get('from')),
    to: dayOf(params.get('to')),
  };
}

function format({ kind, search, ...others }: AuditViewFilter): URLSearchParams {
  const named = { kind: kind === 'all' ? null : kind, q: search, ...others };
  return new URLSearchParams(
    Object.entries(named).flatMap(([name, value]): [string, string][] => (value ? [[name, value]] : [])),
  );
}

function toAuditFilter({
  kind,
  search,
  action,
  user,
  actor,
  target,
  from,
  to,
}: AuditViewFilter): AuditFilter {
  const category = categories[kind];
  return {
    ...(category ? { category } : {}),
    ...(search ? { search } : {}),
    ...(action ? { actions: [action] } : {}),
    ...(user ? { userId: user } : {}),
    ...(actor ? { actorId: actor } : {}),
    ...(target ? { target } : {}),
    ...(from ? { from: startOf(from, 0) } : {}),
    ...(to ? { to: startOf(to, 1) } : {}),
  };
}

/** Null for what is no day. */
const dayOf = (text: string | null): string | null =>
  text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : null;

/** When a day begins in the browser's time zone, or one some days later. */
function startOf(day: string, later: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}
