/**
 * The language, looked up once: the compiled messages would read localStorage at each word otherwise. Changing it
 * loads the page anew.
 */
import { getLocale, overwriteGetLocale } from '../generated/paraglide/runtime.js';

export type Locale = ReturnType<typeof getLocale>;

export function settleLocale(): Locale {
  let locale: Locale = 'zh-CN';
  try {
    locale = getLocale();
  } catch {
    // Storage is forbidden here: the plant's language.
  }
  overwriteGetLocale(() => locale);
  return locale;
}
