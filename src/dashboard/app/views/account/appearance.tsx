import { Group, SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { chooseLanguage, type Language, languages } from '../../i18n/i18n.js';
import { Section } from '../../ui/section.js';

const schemes = ['light', 'dark', 'auto'] as const;

/** Language and colour scheme of this browser. */
export function Appearance() {
  const { t, i18n } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Section title={t('account.appearance')}>
      <Group gap="sm">
        <SegmentedControl<Language>
          aria-label={t('ui.language')}
          data={[
            { value: 'en', label: languages.en },
            { value: 'zh', label: languages.zh },
          ]}
          value={i18n.language === 'zh' ? 'zh' : 'en'}
          onChange={(language) => void chooseLanguage(language)}
        />
        <SegmentedControl
          aria-label={t('ui.theme')}
          data={schemes.map((value) => ({ value, label: t(`ui.themes.${value}`) }))}
          value={colorScheme}
          onChange={setColorScheme}
        />
      </Group>
    </Section>
  );
}
