import type { Translation } from './i18n/translation.js';
import * as paging from './paging/texts.js';
import * as shell from './shell/texts.js';
import * as feedback from './ui/texts.js';
import * as account from './views/account/texts.js';
import * as audit from './views/audit/texts.js';
import * as device from './views/device/texts.js';
import * as fleet from './views/fleet/texts.js';
import * as people from './views/people/texts.js';
import * as releases from './views/releases/texts.js';
import * as scan from './views/scan/texts.js';
import * as setUp from './views/set-up/texts.js';
import * as signIn from './views/sign-in/texts.js';

/** Every view keeps its texts beside it, in both languages. */
export const en = {
  account: account.en,
  audit: audit.en,
  device: device.en,
  feedback: feedback.en,
  fleet: fleet.en,
  paging: paging.en,
  people: people.en,
  releases: releases.en,
  scan: scan.en,
  setUp: setUp.en,
  shell: shell.en,
  signIn: signIn.en,
};

export const zh: Translation<typeof en> = {
  account: account.zh,
  audit: audit.zh,
  device: device.zh,
  feedback: feedback.zh,
  fleet: fleet.zh,
  paging: paging.zh,
  people: people.zh,
  releases: releases.zh,
  scan: scan.zh,
  setUp: setUp.zh,
  shell: shell.zh,
  signIn: signIn.zh,
};
