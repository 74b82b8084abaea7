/** Settings of this phone, not of a person: theme, hand, automatic advance. Read before the first paint, hence
 *  localStorage and not IndexedDB; where storage is closed (private mode) the defaults stand. */
const DEFAULTS = { theme: 'auto', hand: 'right', advance: 'on' };
export type Preference = keyof typeof DEFAULTS;

export function preference(name: Preference): string {
  try {
    return localStorage.getItem(`gemba-${name}`) ?? DEFAULTS[name];
  } catch {
    return DEFAULTS[name];
  }
}

export function prefer(name: Preference, value: string): void {
  try {
    localStorage.setItem(`gemba-${name}`, value);
  } catch {
    // It holds until the page is closed, which is all such a phone allows.
  }
  show();
}

/** Puts theme and hand on <html>, where the style sheets look. */
export function show(): void {
  const { dataset } = document.documentElement;
  const theme = preference('theme');
  if (theme === 'auto') delete dataset['theme'];
  else dataset['theme'] = theme;
  dataset['hand'] = preference('hand');
}
