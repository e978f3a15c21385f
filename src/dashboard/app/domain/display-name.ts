interface Named {
  readonly nickname: string | null;
  readonly name: string | null;
  readonly username: string | null;
  readonly phone: string | null;
}

/** What to call a person: the nickname, else the name, else a login name. */
export const displayName = ({ nickname, name, username, phone }: Named): string =>
  nickname || name || username || phone || '—';
