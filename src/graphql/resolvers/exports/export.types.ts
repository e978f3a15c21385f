import { Field, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { ExportFormat } from '../../../exports/export-request.js';
import { UserKind } from '../../../users/user.entity.js';
import { AuditFilter } from '../audit/audit.inputs.js';
import { DeviceFilter, DeviceOrder } from '../devices/device.inputs.js';
import { UserOrder } from '../users/user.inputs.js';

registerEnumType(ExportFormat, {
  name: 'ExportFormat',
  description: 'How an export is written.',
  valuesConfig: {
    CSV: {
      description:
        'CSV by RFC 4180 in UTF-8, with a header. Text that a spreadsheet would take for a formula begins with an ' +
        'apostrophe.',
    },
    JSON_LINES: { description: 'A JSON object on each line, with the exact texts.' },
  },
});

@InputType({ description: 'How an export is written.' })
class ExportInput {
  @Field(() => ExportFormat, { defaultValue: ExportFormat.CSV, description: 'The format.' })
  format!: ExportFormat;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether CSV begins with a byte order mark, which Excel needs to read UTF-8.',
  })
  byteOrderMark!: boolean;
}

@InputType({ description: 'Devices to export.' })
export class ExportDevicesInput extends ExportInput {
  @Field(() => DeviceFilter, { nullable: true, description: 'Which devices.' })
  filter?: DeviceFilter | null;

  @Field(() => DeviceOrder, { nullable: true, description: 'How to sort. By FIRST_SEEN_AT by default.' })
  orderBy?: DeviceOrder | null;
}

@InputType({ description: 'Accounts to export.' })
export class ExportUsersInput extends ExportInput {
  @Field(() => String, {
    nullable: true,
    description: 'Part of a username, phone, name, nickname or email. Everyone by default.',
  })
  search?: string | null;

  @Field(() => UserKind, { nullable: true, description: 'Accounts of this kind. Of any by default.' })
  kind?: UserKind | null;

  @Field(() => UserOrder, { nullable: true, description: 'How to sort. By id by default.' })
  orderBy?: UserOrder | null;
}

@InputType({ description: 'Audit entries to export, the latest first.' })
export class ExportAuditLogInput extends ExportInput {
  @Field(() => AuditFilter, { nullable: true, description: 'Which entries.' })
  filter?: AuditFilter | null;
}

@ObjectType({ simpleResolvers: true, description: 'Where an export is downloaded.' })
export class Download {
  @Field(() => String, {
    description: 'Its address, which needs no token and serves once. GET answers with the file.',
  })
  url!: string;

  @Field(() => Date, { description: 'The download must begin before this time.' })
  expiresAt!: Date;
}

@ObjectType({ simpleResolvers: true, description: 'The export of devices.' })
export class ExportDevicesPayload {
  @Field(() => Download, { description: 'The download.' })
  download!: Download;
}

@ObjectType({ simpleResolvers: true, description: 'The export of accounts.' })
export class ExportUsersPayload {
  @Field(() => Download, { description: 'The download.' })
  download!: Download;
}

@ObjectType({ simpleResolvers: true, description: 'The export of audit entries.' })
export class ExportAuditLogPayload {
  @Field(() => Download, { description: 'The download.' })
  download!: Download;
}
