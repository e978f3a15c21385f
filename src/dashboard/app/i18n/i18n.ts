import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en, zh } from '../texts.js';

/** The languages there are, each in its own words. */
export const languages = { en: 'English', zh: '中文' } as const;

export type Language = keyof typeof languages;

const KEY = 'gatehouse-language';

const isLanguage = (text: string | null): text is Language => text !== null && text in languages;

/** The one chosen before, else the browser's. */
function preferredLanguage(): Language {
  const chosen = localStorage.getItem(KEY);
  if (isLanguage(chosen)) return chosen;
  const first = navigator.languages.map((tag) => tag.split('-')[0] ?? '').find(isLanguage);
  return first ?? 'en';
}

export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: { en: { translation: en }, zh: { translation: zh } },
    lng: preferredLanguage(),
    fallbackLng: 'en',
    // React escapes what it shows.
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = i18next.language;
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEY, language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}
