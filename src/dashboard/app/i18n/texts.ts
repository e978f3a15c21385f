import * as account from '../account/texts.js';
import * as audit from '../audit/texts.js';
import * as device from '../device/texts.js';
import * as feedback from '../feedback/texts.js';
import * as fleet from '../fleet/texts.js';
import * as paging from '../paging/texts.js';
import * as people from '../people/texts.js';
import * as releases from '../releases/texts.js';
import * as scan from '../scan/texts.js';
import * as setUp from '../set-up/texts.js';
import * as shell from '../shell/texts.js';
import * as signIn from '../sign-in/texts.js';
import type { Translation } from './translation.js';

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
