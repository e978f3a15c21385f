import { useTranslation } from 'react-i18next';
import type { Api } from '../generated/graphql.js';
import { en } from './texts.js';

/** All APIs of the gateway. */
export const apis = Object.keys(en.apis).filter(isApi);

function isApi(name: string): name is Api {
  return Object.hasOwn(en.apis, name);
}

/** The API of a name in lower case, as addresses and the audit log have it; null for an unknown one. */
export const apiOf = (name: string): Api | null => apis.find((api) => api === name.toUpperCase()) ?? null;

/** The name of an API in the page's language. */
export function useApiName(): (api: Api) => string {
  const { t } = useTranslation();
  return (api) => t(`domain.apis.${api}`);
}
