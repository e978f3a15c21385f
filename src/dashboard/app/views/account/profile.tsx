import { Button, Select, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type ChangeEvent, type FormEvent, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation, useQuery } from 'urql';
import { failureOf } from '../../api/failure.js';
import { LONGEST_PROFILE_TEXT } from '../../api/limits.js';
import { isFieldError, useAccountFieldErrors } from '../../domain/use-account-field-errors.js';
import {
  type Gender,
  MeDocument,
  type PersonFragment,
  UpdateProfileDocument,
} from '../../generated/graphql.js';
import { useSession } from '../../session/session-context.js';
import { Detail } from '../../ui/detail.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { Loading } from '../../ui/loading.js';
import { Section } from '../../ui/section.js';
import { useFocusInvalid } from '../../ui/use-focus-invalid.js';
import { type ProfileField, useProfileFields } from './use-profile-fields.js';

const genders: readonly Gender[] = ['FEMALE', 'MALE'];

export function Profile() {
  const { t } = useTranslation();
  const [{ data, error }, reload] = useQuery({ query: MeDocument });
  return (
    <Section title={t('account.profile')}>
      {error && <FailureAlert failure={failureOf(error)} onRetry={reload} />}
      {!data && !error && <Loading />}
      {data && <ProfileForm person={data.me} />}
    </Section>
  );
}

function ProfileForm({ person }: { person: PersonFragment }) {
  const { t } = useTranslation();
  const session = useSession();
  const { fields, input, change, onSaved } = useProfileFields(person);
  const [{ error, fetching }, update] = useMutation(UpdateProfileDocument);
  const failure = useMemo(() => (error ? failureOf(error) : null), [error]);
  const { errorAt, edited } = useAccountFieldErrors(failure);
  const form = useFocusInvalid(failure);

  const field = (name: Exclude<ProfileField, 'gender'>) => ({
    label: t(`domain.fields.${name}`),
    value: fields[name],
    error: errorAt(name),
    maxLength: LONGEST_PROFILE_TEXT,
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => {
      edited(name);
      change(name, event.currentTarget.value);
    },
  });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { data } = await update({ input });
    if (!data) return;
    onSaved(data.updateProfile.user);
    notifications.show({ message: t('account.saved') });
    // The header shows the name of the session's user.
    await session.refresh(session.token);
  };
  return (
    <form ref={form} onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        <LoginNames person={person} />
        {failure && !isFieldError(failure) && <FailureAlert failure={failure} />}
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <TextInput {...field('name')} autoComplete="name" />
          <TextInput {...field('nickname')} autoComplete="nickname" />
          <TextInput {...field('email')} type="email" autoComplete="email" />
          <Select
            label={t('domain.fields.gender')}
            data={genders.map((value) => ({ value, label: t(`domain.genders.${value}`) }))}
            value={fields.gender || null}
            onChange={(gender) => change('gender', gender ?? '')}
            clearable
          />
        </SimpleGrid>
        <TextInput {...field('signature')} />
        <Textarea {...field('brief')} autosize minRows={2} maxRows={8} />
        <Button type="submit" loading={fetching} style={{ alignSelf: 'flex-start' }}>
          {t('account.save')}
        </Button>
      </Stack>
    </form>
  );
}

/** Read-only: only administrators change login names. */
function LoginNames({ person: { username, phone } }: { person: PersonFragment }) {
  const { t } = useTranslation();
  return (
    <SimpleGrid component="dl" m={0} cols={2} spacing="sm">
      {username && <Detail name={t('domain.fields.username')}>{username}</Detail>}
      {phone && <Detail name={t('domain.fields.phone')}>{phone}</Detail>}
    </SimpleGrid>
  );
}
