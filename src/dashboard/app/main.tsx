import './blocked-storage.js';
import '@mantine/core/styles.css';
import './global.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { startI18n } from './i18n/i18n.js';
import { BrowserSession } from './session/session.js';
import { en, zh } from './texts.js';

const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
globalThis.__webpack_nonce__ = nonce;

const session = new BrowserSession();
const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element #root.');
void session.restore();
await startI18n({ en: { translation: en }, zh: { translation: zh } });
createRoot(root).render(<App session={session} nonce={nonce} />);
