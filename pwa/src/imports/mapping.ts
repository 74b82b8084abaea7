/** How columns are understood, as somebody corrects it: pure. */
import type { Kind, Mapping, Table } from './types';

export function mappingOf(table: Table): Mapping {
  return { kind: table.kind, fields: Object.fromEntries(table.columns.flatMap(({ letter, field }) => (field ? [[letter, field]] : []))) };
}

/** Another kind keeps the columns whose field it has too. */
export function ofKind(mapping: Mapping, kind: Kind | null): Mapping {
  if (!kind) return { kind: null, fields: {} };
  const names = new Set(kind.fields.map(({ name }) => name));
  return { kind: kind.kind, fields: Object.fromEntries(Object.entries(mapping.fields).filter(([, name]) => names.has(name))) };
}

export function withField(mapping: Mapping, letter: string, field: string): Mapping {
  const { [letter]: _, ...others } = mapping.fields;
  return { ...mapping, fields: field ? { ...others, [letter]: field } : others };
}

export function isSame(one: Mapping, other: Mapping): boolean {
  const said = ({ kind, fields }: Mapping) => JSON.stringify([kind, Object.entries(fields).sort()]);
  return said(one) === said(other);
}

/** Fields that the kind needs and no column is. */
export function missing(mapping: Mapping, kind: Kind | undefined): Kind['fields'] {
  const chosen = new Set(Object.values(mapping.fields));
  return (kind?.fields ?? []).filter(({ name, needed }) => needed && !chosen.has(name));
}

/** The first field that two columns are. */
export function twice(mapping: Mapping, kind: Kind | undefined): Kind['fields'][number] | undefined {
  const chosen = Object.values(mapping.fields);
  return kind?.fields.find(({ name }) => chosen.filter((one) => one === name).length > 1);
}
