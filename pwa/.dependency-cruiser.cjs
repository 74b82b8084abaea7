// Who may import whom (style.md, The house): composition > slices > ui | sync > db > foundation.
// The library's screens are a slice; the arithmetic beside them is shared by the slices above it.
const SLICES = 'evaluations|identity|completion|cycles|agreements|values|indicators/library';
const GENERATED = '^src/generated/';
const COMPOSITION = '^src/(main\\.ts|App\\.svelte|routes\\.ts)$';

/** A layer may import itself, generated files, packages, and what lies below it. */
const only = (name, from, below) => ({
  name,
  severity: 'error',
  from: { path: from, pathNot: '\\.test\\.ts$' },
  to: { path: '^src/', pathNot: [GENERATED, ...below] },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    only('foundation-knows-nobody', '^src/foundation/', ['^src/foundation/']),
    only('db-knows-foundation', '^src/db/', ['^src/db/', '^src/foundation/']),
    only('sync-knows-db', '^src/sync/', ['^src/sync/', '^src/db/', '^src/foundation/']),
    only('ui-has-no-data', '^src/ui/', ['^src/ui/', '^src/foundation/']),
    {
      name: 'slices-apart',
      severity: 'error',
      from: { path: `^src/(${SLICES})/` },
      to: { path: `^src/(${SLICES})/`, pathNot: '^src/$1/' },
    },
    // The arithmetic of marks is pure and shared by the slices above it.
    only('indicators-are-pure', '^src/indicators/(?!library/)', ['^src/indicators/', '^src/sync/types\\.ts$']),
    { name: 'nobody-imports-the-composition', severity: 'error', from: { pathNot: COMPOSITION }, to: { path: COMPOSITION, pathNot: '^src/routes\\.ts$' } },
    {
      name: 'the-planner-is-pure',
      severity: 'error',
      from: { path: '^src/sync/planner\\.ts$' },
      to: { pathNot: '^src/(generated/|sync/types\\.ts$)', dependencyTypesNot: ['type-only'] },
    },
    { name: 'no-workbox-in-the-page', severity: 'error', from: { pathNot: '^src/sw\\.ts$' }, to: { path: 'node_modules/workbox' } },
    { name: 'idb-only-in-db', severity: 'error', from: { path: '^src/', pathNot: '^src/db/' }, to: { path: 'node_modules/idb' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^src/generated/paraglide' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['svelte', 'browser', 'import', 'default', 'types'],
    },
  },
};
