import { useQuery } from 'urql';
import { MeDocument } from '../../generated/graphql.js';
import { FirstPasswordForm } from './first-password-form.js';
import { PasswordForm } from './password-form.js';

/** Changes the password, or sets the first one. `Profile` shows why the account cannot be read. */
export function Password({ onChanged }: { onChanged: () => void }) {
  const [{ data }] = useQuery({ query: MeDocument });
  if (!data) return null;
  return data.me.hasPassword ? (
    <PasswordForm onChanged={onChanged} />
  ) : (
    <FirstPasswordForm onChanged={onChanged} />
  );
}
