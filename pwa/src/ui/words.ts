/** Data that comes in both languages: the one of the screen, or the other where it lacks. */
import { getLocale } from '../generated/paraglide/runtime.js';

export function pick(zh: string, en: string): string {
  return getLocale() === 'en' ? en || zh : zh || en;
}
