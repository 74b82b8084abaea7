import type { Version } from './types';

/** Two people may have added the same chip: its versions are then joined by this. */
const BOTH = ',';

export const versionsOf = (joined: Version): Version[] => joined.split(BOTH);
export const joinVersions = (versions: readonly Version[]): Version => versions.join(BOTH);
