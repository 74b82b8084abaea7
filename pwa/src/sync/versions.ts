import type { FieldName, Version } from './types';

/** Two people may have added the same chip: its versions are then joined by this. */
const BOTH = ',';
const SHOWN = '~';
/** Base of an edit whose author saw nothing there but that others of theirs had been refused. */
export const NOTHING = '0';

export const versionsOf = (joined: Version): Version[] => joined.split(BOTH);
export const joinVersions = (versions: readonly Version[]): Version => versions.join(BOTH);

/**
 * Names an own edit as it is on the screen: its version, which writing of its content that is (until it is sent another
 * may take its place), and its base, which is what its author has seen should it hold another content by now. Names of
 * this kind stay on this phone; they are never sent.
 */
export const shownAs = (version: Version, writing: string, base: readonly Version[]): Version => [version, writing, ...base].join(SHOWN);
export const inShown = (shown: Version): [version: Version, writing?: string, ...base: Version[]] =>
  shown.split(SHOWN) as [Version, string?, ...Version[]];

/** What an edit says that its author had seen, under other names. */
export function renamed<T extends { value: unknown; base: Version[] }>(edit: T, to: (version: Version) => Version[]): T {
  const signs = (edit.value as { signs?: [FieldName, Version][] } | null)?.signs;
  const signed = signs?.flatMap(([field, version]) => to(version).map((one) => [field, one]));
  return { ...edit, base: edit.base.flatMap(to), value: signed ? { ...(edit.value as object), signs: signed } : edit.value };
}
