interface Credential {
  readonly clientId: string;
  readonly token: string;
}

/** A spreadsheet would run a cell that begins with one of these as a formula. */
const FORMULA = /^[=+\-@\t\r]/;

const cell = (text: string): string => `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

/** For spreadsheets: an id that looks like a formula has an apostrophe before it. */
export const credentialsCsv = (credentials: readonly Credential[]): string =>
  [
    'deviceId,token',
    ...credentials.map(({ clientId, token }) => `${cell(clientId)},${cell(token)}`),
    '',
  ].join('\r\n');

export const credentialsJson = (credentials: readonly Credential[]): string =>
  `${JSON.stringify(
    credentials.map(({ clientId: deviceId, token }) => ({ deviceId, token })),
    null,
    2,
  )}\n`;
