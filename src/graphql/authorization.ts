import { defaultFieldResolver, type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql';
import { Extensions } from 'type-graphql';
import { hasPermission, requireEnrolled, requirePermission } from '../sessions/authorization.js';
import type { Caller } from '../sessions/caller.js';
import { type Permission, PUBLIC, permissionName } from '../users/permissions.js';
import { type Context, requireCaller } from './context.js';
import { guardField } from './guard-field.js';

/** Any caller who is signed in. */
export const SIGNED_IN = 'signed-in';

/** What belongs to a user: the owner needs one permission, everybody else another. */
interface OwnerRule {
  readonly own: Permission;
  readonly others: Permission;
  /** Whether the field is null for everybody else, where an error would take the rest of the answer with it. */
  readonly orNull?: true;
}

/** A field that is null without the permission, where an error would take the rest of the answer with it. */
interface NullableRule {
  readonly nullWithout: Permission;
}

/** Also for callers who must enrol a second factor before anything else. */
interface EnrollingRule {
  readonly enrolling: Permission;
}

export type Rule = Permission | typeof PUBLIC | typeof SIGNED_IN | OwnerRule | NullableRule | EnrollingRule;

export const DEVICES: OwnerRule = { own: 'devices:own', others: 'devices:read' };
export const SESSIONS: OwnerRule = { own: 'sessions:own', others: 'sessions:read' };
export const ENDING_SESSIONS: OwnerRule = { own: 'sessions:own', others: 'sessions:manage' };
export const USERS: OwnerRule = { own: 'profile:own', others: 'users:read' };
export const KEYS: OwnerRule = { own: 'sessions:own', others: 'users:read' };
export const MANAGING_KEYS: OwnerRule = { own: 'sessions:own', others: 'users:manage' };
export const ISSUING_CREDENTIALS: OwnerRule = { own: 'devices:own', others: 'users:manage' };
export const ENROLLING: EnrollingRule = { enrolling: 'profile:own' };
export const ENROLLING_SESSION: EnrollingRule = { enrolling: 'sessions:own' };
export const OTHER_USERS: NullableRule = { nullWithout: 'users:read' };

/** What an operation or field requires. Every operation names it, and its description ends with it. */
export const Allow = (rule: Rule): MethodDecorator => Extensions({ rule });

/** Marks an operation that requires a step-up. Its description says so. */
export const StepUp = (): MethodDecorator => Extensions({ stepUp: true });

/** Marks a field whose value differs between callers with the same permissions. */
export const PerCaller = (): PropertyDecorator & MethodDecorator => Extensions({ perCaller: true });

/** Whether the value of a field differs between callers with the same permissions: by its mark, or by its rule. */
export const isPerCaller = ({ extensions }: GraphQLField<unknown, unknown>): boolean =>
  extensions.perCaller === true || (extensions.rule instanceof Object && 'others' in extensions.rule);

/** @returns false for a field that is null then. @throws DomainError UNAUTHENTICATED, ENROLLMENT_REQUIRED, FORBIDDEN */
function checkRule(context: Context, rule: Rule): boolean {
  if (rule === PUBLIC) return true;
  const caller = requireCaller(context);
  if (typeof rule === 'object' && 'enrolling' in rule) {
    if (!caller.mustEnroll) requirePermission(caller, rule.enrolling);
    return true;
  }
  requireEnrolled(caller);
  if (rule === SIGNED_IN) return true;
  if (typeof rule === 'object' && 'nullWithout' in rule) return hasPermission(caller, rule.nullWithout);
  requirePermission(caller, typeof rule === 'string' ? rule : rule.own);
  return true;
}

/** Whether the caller may read what belongs to this user. */
export const mayRead = (caller: Caller, { own, others }: OwnerRule, ownerId: number): boolean =>
  ownerId === caller.user.id ? hasPermission(caller, own) : hasPermission(caller, others);

/** @throws DomainError UNAUTHENTICATED, FORBIDDEN when the caller may not read what belongs to this user. */
export function requireOwner(context: Context, rule: OwnerRule, ownerId: number): void {
  const caller = requireCaller(context);
  if (!mayRead(caller, rule, ownerId)) requirePermission(caller, rule.others);
}

/**
 * Makes every operation and field that has a rule check it, and ends its description with the rule, in words.
 * @throws Error at build for an operation without a rule.
 */
export function applyRules(schema: GraphQLSchema): void {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const rule: Rule | undefined = field.extensions.rule as Rule | undefined;
      if (rule) {
        if (field.extensions.stepUp) guardStepUp(field);
        guardField<Context>(field, (context) => checkRule(context, rule));
        const stepUp = field.extensions.stepUp ? ' Requires a step-up.' : '';
        field.description = [field.description, ruleInWords(rule) + stepUp].filter(Boolean).join('\n\n');
      } else if (roots.includes(type)) throw new Error(`${type.name}.${field.name} names no permission.`);
    }
  }
}

/** @throws DomainError as `StepUps.require` */
export const requireStepUp = (context: Context): Promise<void> =>
  context.services.stepUps.require(requireCaller(context));

/** Wraps the resolver before `guardField` does, so that the rule is checked first. */
function guardStepUp(field: GraphQLField<unknown, Context>): void {
  const { resolve = defaultFieldResolver } = field;
  field.resolve = async (source, args, context, info) => {
    await requireStepUp(context);
    return resolve(source, args, context, info);
  };
}

export function ruleInWords(rule: Rule): string {
  if (rule === PUBLIC) return 'Open to everyone, signed in or not.';
  if (rule === SIGNED_IN) return 'Requires a signed-in caller.';
  if (typeof rule === 'string') return `Requires the permission \`${permissionName(rule)}\`.`;
  if ('enrolling' in rule) {
    const permission = `the permission \`${permissionName(rule.enrolling)}\``;
    return `Requires ${permission}, which callers who must enrol a second factor need not have.`;
  }
  if ('nullWithout' in rule) return `Null without the permission \`${permissionName(rule.nullWithout)}\`.`;
  const [own, others] = [permissionName(rule.own), permissionName(rule.others)];
  const rights = `the permission \`${own}\` for your own, \`${others}\` for those of other users.`;
  return rule.orNull ? `Null without ${rights}` : `Requires ${rights}`;
}
