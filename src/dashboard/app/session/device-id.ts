const KEY = 'gatehouse-device';

/** The id this browser gives itself: captchas and scan tickets are bound to it, and the session list shows it. */
export function browserDeviceId(): string {
  const known = localStorage.getItem(KEY);
  if (known) return known;
  // `crypto.randomUUID` is for secure contexts only.
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  const id = `browser-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  localStorage.setItem(KEY, id);
  return id;
}
