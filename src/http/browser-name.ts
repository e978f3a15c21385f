/** What browsers call themselves, those first that also claim to be another. */
const browsers: readonly (readonly [sign: RegExp, name: string])[] = [
  [/MicroMessenger\//, 'WeChat'],
  [/Edg(e|A|iOS)?\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/(Firefox|FxiOS)\//, 'Firefox'],
  [/(Chrome|CriOS)\//, 'Chrome'],
  [/Version\/.* Safari\//, 'Safari'],
];

const systems: typeof browsers = [
  [/Windows/, 'Windows'],
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Mac OS X/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];

const nameIn = (text: string, known: typeof browsers) => known.find(([sign]) => sign.test(text))?.[1];

/**
 * The browser that a request says it comes from, such as `Firefox (Windows)`; null for anything else. It is a claim, in
 * our words: nothing of the client's own text is in it, for it is shown to people who decide something.
 * @param userAgent the header.
 */
export function browserName(userAgent: string | undefined): string | null {
  const text = userAgent?.slice(0, 512) ?? '';
  const browser = nameIn(text, browsers);
  const system = nameIn(text, systems);
  return browser && system ? `${browser} (${system})` : null;
}
