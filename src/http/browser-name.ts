/** Browsers whose User-Agent also has the signs of others come first. */
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
 * The browser that a User-Agent header claims, such as `Firefox (Windows)`. It has none of the client's own text, since
 * people decide by it whether they approve a login.
 * @returns null for anything but a known browser.
 */
export function browserName(userAgent: string | undefined): string | null {
  const text = userAgent?.slice(0, 512) ?? '';
  const browser = nameIn(text, browsers);
  const system = browser && nameIn(text, systems);
  return system ? `${browser} (${system})` : null;
}
