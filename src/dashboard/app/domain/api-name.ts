import { useTranslation } from 'react-i18next';
import { en } from './texts.js';

type ApiName = keyof typeof en.apis;

/** The APIs through which devices and sessions come, as the gateway names them. */
export const apiNames = Object.keys(en.apis).filter(isApiName);

function isApiName(name: string): name is ApiName {
  return Object.hasOwn(en.apis, name);
}

/** The name of an API in the page's language. An unknown one keeps the gateway's name. */
export function useApiName(): (api: string) => string {
  const { t } = useTranslation();
  return (api) => (isApiName(api) ? t(`domain.apis.${api}`) : api);
}
