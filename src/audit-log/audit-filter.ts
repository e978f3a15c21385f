import { type QBFilterQuery, raw } from '@mikro-orm/postgresql';
import { isKnownAction, knownActions, userTarget } from '../audit/audit.js';
import { AUDIT_GRAMS, AuditAction, type AuditEntry, ShownAction } from '../audit/audit-entry.entity.js';
import type { Search } from '../database/queries/search.js';
import { type SubstringSearch, substringSearch } from '../database/queries/substring-search.js';
import { deviceHasTerm, devicesWith } from '../devices/device-filter.js';
import { MAX_TEXT_LENGTH } from '../users/profile.js';
import { NAMES, usersWith } from '../users/user-search.js';

/** The parts of the domain that actions are about. */
export type AuditCategory = 'session' | 'user' | 'role' | 'key' | 'device' | 'release';

/** Omitted and null fields match everything. */
export interface AuditFilter {
  /** The user who acted or was acted on. */
  readonly userId?: number | null;
  /** The user who acted. */
  readonly actorId?: number | null;
  /** The node id of what was acted on. */
  readonly target?: string | null;
  readonly category?: AuditCategory | null;
  readonly actions?: readonly ShownAction[] | null;
  /** Entries at this time or later. */
  readonly from?: Date | null;
  /** Entries before this time. */
  readonly to?: Date | null;
  /** Part of the action, the target, the address or the detail, or of a name of the actor or the target. */
  readonly search?: string | null;
}

/** The entries that a filter selects. */
export function selectEntries({ search, ...filter }: AuditFilter): Search<AuditEntry> {
  const term = search?.trim() ?? '';
  if (term === '') return { filter: conditionsOf(filter), matching: null, found: null };
  // PostgreSQL would compile a pattern of any length.
  if (term.length > MAX_TEXT_LENGTH) return { filter: { id: { $in: [] } }, matching: null, found: null };
  return { filter: conditionsOf(filter), ...containing(substringSearch(term)) };
}

function conditionsOf(filter: Omit<AuditFilter, 'search'>): QBFilterQuery<AuditEntry> {
  const { userId, actorId, target, category, actions, from, to } = filter;
  return {
    $and: [
      userId == null ? {} : { $or: [{ actorId: userId }, { target: userTarget(userId) }] },
      actorId == null ? {} : { actorId },
      target == null ? {} : { target },
      category == null ? {} : { action: { $in: actionsIn(category) } },
      actions == null ? {} : ofActions(actions),
      from == null ? {} : { at: { $gte: from } },
      to == null ? {} : { at: { $lt: to } },
    ],
  };
}

const actionsIn = (category: AuditCategory): AuditAction[] =>
  knownActions.filter((action) => action.startsWith(`${category}.`));

const ofActions = (actions: readonly ShownAction[]): QBFilterQuery<AuditEntry> => ({
  $or: [
    { action: { $in: actions.filter(isKnownAction) } },
    ...(actions.includes(ShownAction.UNKNOWN)
      ? [{ $and: knownActions.map((action) => ({ action: { $ne: action } })) }]
      : []),
  ],
});

/** The texts of an entry itself. */
const TEXTS = ['target', 'address', 'detail'] as const;

function containing(search: SubstringSearch): Pick<Search<AuditEntry>, 'matching' | 'found'> {
  const { pattern, grams } = search;
  const actions = actionsWith(search);
  const [users, userParams] = usersWith(search, NAMES);
  const [devices, deviceParams] = devicesWith(search);
  const placeholders = actions.map(() => '?').join(', ');
  const found = [
    `select id from audit_entries where ${AUDIT_GRAMS} @@ ?::tsquery and (${TEXTS.map((text) => `${text} ~ ?`).join(' or ')})`,
    ...(actions.length > 0 ? [`select id from audit_entries where action in (${placeholders})`] : []),
    `select id from audit_entries where actor_id in (${users})`,
    `select id from audit_entries where target in (select 'user_' || id from (${users}) as named)`,
    `select id from audit_entries where target in (select 'device_' || id from (${devices}) as named)`,
  ];
  const params = [
    grams,
    ...TEXTS.map(() => pattern),
    ...actions,
    ...userParams,
    ...userParams,
    ...deviceParams,
  ];
  return {
    matching: {
      $or: [
        ...TEXTS.map((text) => ({ [text]: { $re: pattern } })),
        { action: { $in: actions } },
        { [raw(actorHasTerm, namePatterns(pattern))]: [] },
        { [raw(targetUserHasTerm, namePatterns(pattern))]: [] },
        { [raw(targetDeviceHasTerm, Array(4).fill(pattern))]: [] },
      ],
    },
    found: { [raw((alias) => `${alias}.id = any(array(${found.join(' union all ')}))`, params)]: [] },
  };
}

/** Actions are found as they are stored and as they are shown: `session.open`, and `SESSION_OPEN`. */
const actionsWith = ({ matches }: SubstringSearch): AuditAction[] =>
  Object.entries(AuditAction)
    .filter(([shown, stored]) => matches(shown) || matches(stored))
    .map(([, stored]) => stored);

const namePatterns = (pattern: string): string[] => NAMES.map(() => pattern);

// Values and no `exists` or `in`, for which PostgreSQL would compare all users and devices.
const namesMatch = NAMES.map((name) => `${name} ~ ?`).join(' or ');
const actorHasTerm = (entry: string) => `(select ${namesMatch} from users where id = ${entry}.actor_id)`;
const targetUserHasTerm = (entry: string) =>
  `(select ${namesMatch} from users where id = ${keyIn(entry, 'user')})`;
const targetDeviceHasTerm = (entry: string) =>
  `(select ${deviceHasTerm('devices')} from devices where id = ${keyIn(entry, 'device')})`;

/** The key in the target of an entry; null for targets of other types. */
const keyIn = (entry: string, type: string) =>
  `case when ${entry}.target ~ '^${type}_[1-9][0-9]{0,8}$' then split_part(${entry}.target, '_', 2)::int end`;
