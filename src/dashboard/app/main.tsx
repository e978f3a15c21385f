import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './global.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { startI18n } from './i18n/i18n.js';
import { BrowserSession } from './session/session.js';

const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
globalThis.__webpack_nonce__ = nonce;

const session = new BrowserSession();
const root = document.getElementById('root');
if (!root) throw new Error('The page has no place for the dashboard.');
void session.restore();
await startI18n();
createRoot(root).render(<App session={session} nonce={nonce} />);
