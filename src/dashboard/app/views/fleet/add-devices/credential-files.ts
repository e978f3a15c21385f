/** A credential as it was issued, once. */
export interface Credential {
  readonly clientId: string;
  readonly token: string;
  /** Whose device it is, where devices of several people were selected. */
  readonly owner?: string;
}

/** A spreadsheet would run a cell that begins with one of these as a formula. */
const FORMULA = /^[=+\-@\t\r]/;

const cell = (text: string): string => `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

const row = ({ clientId: deviceId, token, owner }: Credential) => ({
  deviceId,
  token,
  ...(owner === undefined ? {} : { owner }),
});

/** For spreadsheets: an id that looks like a formula has an apostrophe before it. */
export function credentialsCsv(credentials: readonly Credential[]): string {
  const rows = credentials.map(row);
  const lines = rows.map((fields) => Object.values(fields).map(cell).join());
  return [Object.keys(rows[0] ?? {}).join(), ...lines, ''].join('\r\n');
}

export const credentialsJson = (credentials: readonly Credential[]): string =>
  `${JSON.stringify(credentials.map(row), null, 2)}\n`;
