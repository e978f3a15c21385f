import * as auditEntry from './domain/audit/texts.js';
import * as deviceActions from './domain/device-actions/texts.js';
import * as factors from './domain/factors/texts.js';
import * as keys from './domain/keys/texts.js';
import * as passkeys from './domain/passkeys/texts.js';
import * as domain from './domain/texts.js';
import type { Translation } from './i18n/translation.js';
import * as search from './shell/search/texts.js';
import * as shortcuts from './shell/shortcuts/texts.js';
import * as shell from './shell/texts.js';
import * as ui from './ui/texts.js';
import * as account from './views/account/texts.js';
import * as audit from './views/audit/texts.js';
import * as device from './views/device/texts.js';
import * as fleet from './views/fleet/texts.js';
import * as health from './views/health/texts.js';
import * as people from './views/people/texts.js';
import * as releases from './views/releases/texts.js';
import * as resetPassword from './views/reset-password/texts.js';
import * as roles from './views/roles/texts.js';
import * as scan from './views/scan/texts.js';
import * as sessions from './views/sessions/texts.js';
import * as setUp from './views/set-up/texts.js';
import * as signIn from './views/sign-in/texts.js';

/** All English texts. Each folder keeps its own in a texts.ts, in every language. */
export const en = {
  account: account.en,
  audit: audit.en,
  auditEntry: auditEntry.en,
  device: device.en,
  deviceActions: deviceActions.en,
  domain: domain.en,
  factors: factors.en,
  fleet: fleet.en,
  health: health.en,
  keys: keys.en,
  passkeys: passkeys.en,
  people: people.en,
  releases: releases.en,
  resetPassword: resetPassword.en,
  roles: roles.en,
  scan: scan.en,
  sessions: sessions.en,
  setUp: setUp.en,
  search: search.en,
  shell: shell.en,
  shortcuts: shortcuts.en,
  signIn: signIn.en,
  ui: ui.en,
};

export const zh: Translation<typeof en> = {
  account: account.zh,
  audit: audit.zh,
  auditEntry: auditEntry.zh,
  device: device.zh,
  deviceActions: deviceActions.zh,
  domain: domain.zh,
  factors: factors.zh,
  fleet: fleet.zh,
  health: health.zh,
  keys: keys.zh,
  passkeys: passkeys.zh,
  people: people.zh,
  releases: releases.zh,
  resetPassword: resetPassword.zh,
  roles: roles.zh,
  scan: scan.zh,
  sessions: sessions.zh,
  setUp: setUp.zh,
  search: search.zh,
  shell: shell.zh,
  shortcuts: shortcuts.zh,
  signIn: signIn.zh,
  ui: ui.zh,
};

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}
