import { z } from 'zod';
import { accounts } from './account-settings.js';
import { captchas } from './captcha-settings.js';
import { devices } from './device-settings.js';
import { graphql } from './graphql-settings.js';
import { limits } from './limit-settings.js';
import { network } from './network-settings.js';
import { operation } from './operation-settings.js';
import { passkeys } from './passkey-settings.js';
import { storage } from './storage-settings.js';
import { tracing } from './trace-settings.js';

/** All settings, in the groups of `docs/settings.md`. */
export const settingGroups = {
  Network: network,
  Storage: storage,
  'Accounts and sessions': { ...accounts, ...passkeys },
  'Captchas and SMS': captchas,
  'Devices and legacy APIs': devices,
  GraphQL: graphql,
  Limits: limits,
  Operation: operation,
  Traces: tracing,
};

/** Parses the environment to settings: times in milliseconds, sizes in bytes. */
export const Settings = z.object({
  ...network,
  ...storage,
  ...accounts,
  ...passkeys,
  ...captchas,
  ...devices,
  ...graphql,
  ...limits,
  ...operation,
  ...tracing,
});
