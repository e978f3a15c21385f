import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { ExportedList, ExportOptions } from '../../../exports/export-request.js';
import { Allow, DEVICES } from '../../authorization.js';
import { type Context, requireCaller } from '../../context.js';
import { readAuditFilter } from '../audit/audit.inputs.js';
import { readDeviceFilter } from '../devices/device.inputs.js';
import {
  type Download,
  ExportAuditLogInput,
  ExportAuditLogPayload,
  ExportDevicesInput,
  ExportDevicesPayload,
  ExportUsersInput,
  ExportUsersPayload,
} from './export.types.js';

@Resolver()
export class ExportResolver {
  @Mutation(() => ExportDevicesPayload, {
    description: 'Exports all devices that you may read, or those that a filter selects, as a file.',
  })
  @Allow(DEVICES)
  async exportDevices(
    @Arg('input', { description: 'Which devices, and how.' }) input: ExportDevicesInput,
    @Ctx() context: Context,
  ): Promise<ExportDevicesPayload> {
    const list = {
      name: 'devices',
      filter: readDeviceFilter(input.filter),
      order: input.orderBy ?? null,
    } as const;
    return { download: await download(context, list, input) };
  }

  @Mutation(() => ExportUsersPayload, {
    description: 'Exports all accounts, or those that a search finds, as a file.',
  })
  @Allow('users:read')
  async exportUsers(
    @Arg('input', { description: 'Which accounts, and how.' }) input: ExportUsersInput,
    @Ctx() context: Context,
  ): Promise<ExportUsersPayload> {
    const { search, kind = null, orderBy } = input;
    const list = { name: 'users', search: search ?? '', kind, order: orderBy ?? null } as const;
    return { download: await download(context, list, input) };
  }

  @Mutation(() => ExportAuditLogPayload, {
    description: 'Exports the audit log, or the entries that a filter selects, as a file.',
  })
  @Allow('audit:read')
  async exportAuditLog(
    @Arg('input', { description: 'Which entries, and how.' }) input: ExportAuditLogInput,
    @Ctx() context: Context,
  ): Promise<ExportAuditLogPayload> {
    const list = { name: 'audit', filter: readAuditFilter(input.filter) } as const;
    return { download: await download(context, list, input) };
  }
}

async function download(
  context: Context,
  list: ExportedList,
  { format, byteOrderMark }: ExportOptions,
): Promise<Download> {
  const { exportTickets } = context.services;
  const request = { list, format, byteOrderMark };
  const { ticket, expiresAt } = await exportTickets.issue(requireCaller(context), request);
  return { url: `${context.publicUrl}/exports/${ticket}`, expiresAt };
}
