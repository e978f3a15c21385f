import i18next, { type Resource } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { correctBrowserLanguage } from './browser-language.js';

/** The languages on offer, each by its own name. */
export const languages = { en: 'English', zh: '中文' } as const;

export type Language = keyof typeof languages;

const STORAGE_KEY = 'gatehouse-language';

const isLanguage = (text: string | null): text is Language => text !== null && text in languages;

/** The language chosen earlier, else the browser's. */
function preferredLanguage(): Language {
  const chosen = localStorage.getItem(STORAGE_KEY);
  if (isLanguage(chosen)) return chosen;
  const fromBrowser = navigator.languages.map((tag) => tag.split('-')[0] ?? '').find(isLanguage);
  return fromBrowser ?? 'en';
}

export async function startI18n(resources: Record<Language, Resource[string]>): Promise<void> {
  const language = preferredLanguage();
  correctBrowserLanguage(language);
  await i18next.use(initReactI18next).init({
    resources,
    lng: language,
    fallbackLng: 'en',
    // React escapes texts already.
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = i18next.language;
}

/** Switches the page to a language and remembers it in this browser. */
export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(STORAGE_KEY, language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
