import { ArgsType, Field, ID, InputType, registerEnumType } from 'type-graphql';
import { ShownAction } from '../../../audit/audit-entry.entity.js';
import type { AuditCategory, AuditFilter as Filter } from '../../../audit-log/audit-filter.js';
import { splitNodeId } from '../../../database/node-id.js';
import { DomainError } from '../../../errors.js';
import { PageArgs } from '../../connection.js';
import { Cursor } from '../../cursor.js';
import { readId } from '../../id.js';

const AuditCategoryEnum: Record<string, AuditCategory> = {
  SESSION: 'session',
  USER: 'user',
  ROLE: 'role',
  KEY: 'key',
  DEVICE: 'device',
  RELEASE: 'release',
};
registerEnumType(AuditCategoryEnum, {
  name: 'AuditCategory',
  description: 'What actions are about.',
  valuesConfig: {
    SESSION: { description: 'Logins, logouts, refused logins and revoked sessions.' },
    USER: { description: 'Accounts.' },
    ROLE: { description: 'Roles.' },
    KEY: { description: 'API keys.' },
    DEVICE: { description: 'Devices.' },
    RELEASE: { description: 'Releases.' },
  },
});

@InputType({ description: 'Which entries. Omitted fields match everything.' })
export class AuditFilter {
  @Field(() => ID, {
    nullable: true,
    description: 'Entries about what this user did, or what was done to them.',
  })
  userId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Entries about what this user did.' })
  actorId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Entries about what was done to this object, which may be deleted by now.',
  })
  target?: string | null;

  @Field(() => AuditCategoryEnum, { nullable: true, description: 'Entries about this kind of object.' })
  category?: AuditCategory | null;

  @Field(() => [ShownAction], { nullable: true, description: 'Entries about any of these actions.' })
  actions?: ShownAction[] | null;

  @Field(() => Date, { nullable: true, description: 'Entries at this time or later.' })
  from?: Date | null;

  @Field(() => Date, { nullable: true, description: 'Entries before this time.' })
  to?: Date | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Part of the action, the target, the address or the detail, of a name or the phone of the actor or of the user ' +
      'acted on, or of a name, a tag or the client id of the device acted on.',
  })
  search?: string | null;
}

@ArgsType()
export class AuditArgs extends PageArgs {
  @Field(() => AuditFilter, { nullable: true, description: 'Which entries.' })
  filter?: AuditFilter | null;
}

@ArgsType()
export class AuditTailArgs {
  @Field(() => AuditFilter, { nullable: true, description: 'Which entries.' })
  filter?: AuditFilter | null;

  @Field(() => Cursor, {
    nullable: true,
    description:
      'The cursor of the last event: start with the entries after it. With the next entry by default.',
  })
  since?: string | null;
}

/** @throws DomainError INVALID_INPUT for ids of other types, and for a time that ends before it begins. */
export function readAuditFilter(filter: AuditFilter | null | undefined): Filter {
  const { userId, actorId, ...others } = filter ?? {};
  const { target, from, to } = others;
  if (target != null && splitNodeId(target) === null) {
    const message = 'target must be the id of an object, such as device_28.';
    throw new DomainError('INVALID_INPUT', message, { field: 'target' });
  }
  if (from != null && to != null && from > to) {
    throw new DomainError('INVALID_INPUT', 'to must not be before from.', { field: 'to' });
  }
  return {
    ...others,
    userId: userId == null ? null : readId('user', userId, 'userId'),
    actorId: actorId == null ? null : readId('user', actorId, 'actorId'),
  };
}
