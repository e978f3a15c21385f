/** What a person may be called by. */
interface Named {
  readonly nickname: string | null;
  readonly name: string | null;
  readonly username: string | null;
  readonly phone: string | null;
}

/** The name to show of a person: what they are called, else what they sign in with. */
export const displayName = ({ nickname, name, username, phone }: Named): string =>
  nickname || name || username || phone || '—';
