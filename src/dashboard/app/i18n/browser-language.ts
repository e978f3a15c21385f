const isLanguageTag = (tag: string): boolean => {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
};

/**
 * Replaces a language of the browser that `Intl` rejects: Chromium has `en-US@posix` where the environment names no
 * language, as in containers and kiosks. Libraries pass it to `Intl` when they load, and would fail to.
 */
export function correctBrowserLanguage(replacement: string): void {
  if (!isLanguageTag(navigator.language)) {
    Object.defineProperty(navigator, 'language', { value: replacement });
  }
}
