import '../app/blocked-storage.js';
import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './explorer.css';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { BrowserSession } from '../app/session/session.js';
import { examples } from './examples.js';
import { createFetcher } from './fetcher.js';
import { SignIn } from './sign-in.js';

/** Shared with the dashboard through the refresh cookie and a broadcast channel. */
const session = new BrowserSession();
void session.restore();
const fetcher = createFetcher(session);

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element #root.');
createRoot(root).render(
  <>
    <header className="bar">
      <strong>Gatehouse</strong>
      <a href="/">Dashboard</a>
      <a href="/reference">API reference</a>
      <SignIn session={session} />
    </header>
    <GraphiQL
      fetcher={fetcher}
      defaultTabs={examples}
      defaultEditorToolsVisibility="variables"
      shouldPersistHeaders={false}
    >
      <GraphiQL.Logo>
        <span />
      </GraphiQL.Logo>
    </GraphiQL>
  </>,
);
