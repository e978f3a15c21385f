import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './explorer.css';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { examples } from './examples.js';
import { createFetcher } from './fetcher.js';
import { Session } from './session.js';
import { SignIn } from './sign-in.js';

const session = new Session();
const fetcher = createFetcher(() => session.token());

const root = document.getElementById('root');
if (!root) throw new Error('The page has no place for the explorer.');
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
