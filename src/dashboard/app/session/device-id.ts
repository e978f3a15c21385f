const STORAGE_KEY = 'gatehouse-device';

/** This browser's device id, random and kept in local storage. Captchas and scan tickets are bound to it. */
export function browserDeviceId(): string {
  const stored = localStorage.getItem(STORAGE_KEY);
  if (stored) return stored;
  // `crypto.randomUUID` exists in secure contexts only, and a gateway may be served over plain HTTP.
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  const id = `browser-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  localStorage.setItem(STORAGE_KEY, id);
  return id;
}
