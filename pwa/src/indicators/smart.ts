/** The SMART check of a draft, the same as the server's: tests/vectors/smart.json bind this and server/indicators/smart.py. Pure. */

export interface Wording {
  name_zh: string;
  name_en: string;
  short_zh: string;
  short_en: string;
  unit: string;
  direction: 'higher' | 'lower';
  target: number | null;
  threshold: number | null;
  source: string;
  frequency: string;
  rule: 'bands' | 'line';
  bands: (number | null)[] | null;
  anchors: string[][] | null;
}

/** One thing that is missing or does not fit. */
export interface Finding {
  code: string;
  params: Record<string, unknown>;
}

/** Words that two people read differently, and words that may stand among numbers alone. */
export interface Vague {
  zh: readonly string[];
  en: readonly string[];
  range: readonly string[];
}

export const RATING = 'rating';
export const FREQUENCIES = ['daily', 'weekly', 'biweekly', 'monthly', 'quarterly', 'yearly'] as const;
export const LINES = { min: 3, max: 5 } as const;
const MARKS = 5;
const NUMBERS_ALONE = /^[0-9\s.,:%\u2030<>\u2264\u2265=~\uff5e\-\u2013\u2014+/()\uff08\uff09\uff0c\u3002]*[0-9][0-9\s.,:%\u2030<>\u2264\u2265=~\uff5e\-\u2013\u2014+/()\uff08\uff09\uff0c\u3002]*$/;

const finding = (code: string, params: Record<string, unknown> = {}): Finding => ({ code, params });

/** What one version still lacks, in the order of the editor. Empty: it may be approved once both sides have answered. */
export function check(draft: Wording, vague: Vague): Finding[] {
  const judged = draft.source === RATING;
  return [
    ...(['name_zh', 'name_en', 'short_zh', 'short_en'] as const).filter((name) => !draft[name]).map((field) => finding('no_name', { field })),
    ...(draft.source ? [] : [finding('no_source')]),
    ...(FREQUENCIES.some((one) => one === draft.frequency) ? [] : [finding('no_frequency')]),
    ...(judged ? anchorsOf(draft) : measuredOf(draft, vague)),
    ...vagueIn(draft, judged, vague),
  ];
}

/** What a set lacks: 3 to 5 lines, each once, weights that sum to 100. */
export function checkSet(lines: readonly (readonly [string, number])[]): Finding[] {
  const codes = lines.map(([code]) => code);
  const twice = [...new Set(codes.filter((code, place) => codes.indexOf(code) !== place))].sort();
  const sum = lines.reduce((total, [, weight]) => total + weight, 0);
  return [
    ...(lines.length < LINES.min ? [finding('set_too_few', { count: lines.length, min: LINES.min })] : []),
    ...(lines.length > LINES.max ? [finding('set_too_many', { count: lines.length, max: LINES.max })] : []),
    ...twice.map((code) => finding('set_twice', { code })),
    ...(sum === 100 ? [] : [finding('set_weights', { sum, gap: Math.abs(100 - sum) })]),
  ];
}

function measuredOf(draft: Wording, vague: Vague): Finding[] {
  const { target, threshold, direction } = draft;
  const higher = direction !== 'lower';
  const found: Finding[] = [];
  if (!draft.unit) found.push(finding('no_unit'));
  if (target === null) found.push(finding('no_target'));
  if (threshold === null) found.push(finding('no_threshold'));
  if (target !== null && threshold !== null) {
    if (target === threshold) found.push(finding('target_is_threshold', { value: target }));
    else if (threshold > target === higher) found.push(finding('threshold_side', { direction, target, threshold }));
  }
  if (draft.rule !== 'line') found.push(...bandsOf(draft.bands ?? [], higher));
  (draft.anchors ?? []).forEach((pair, place) => {
    if (!pair.every((words) => numbersAlone(words, draft.unit, vague))) found.push(finding('anchor_not_numbers', { mark: place + 1 }));
  });
  return found;
}

function bandsOf(bands: readonly (number | null)[], higher: boolean): Finding[] {
  const held = bands.filter((one) => one !== null);
  if (bands.length !== MARKS - 1 || held.length !== bands.length) return [finding('no_bands', { count: held.length, need: MARKS - 1 })];
  return held.flatMap((value, place) => {
    const before = held[place - 1];
    const wrong = before !== undefined && (before === value || value < before === higher);
    return wrong ? [finding('bands_order', { mark: place + 2, value, before })] : [];
  });
}

function anchorsOf(draft: Wording): Finding[] {
  const held = draft.anchors ?? [];
  const found: Finding[] = [];
  for (let mark = 1; mark <= MARKS; mark++) {
    const [zh = '', en = ''] = held[mark - 1] ?? [];
    if (!zh || !en) found.push(finding('no_anchor', { mark, language: zh ? 'en' : 'zh' }));
  }
  held.forEach((pair, place) =>
    held.slice(0, place).forEach((other, before) => {
      if ([0, 1].some((side) => pair[side] && pair[side] === other[side])) found.push(finding('anchors_equal', { first: before + 1, second: place + 1 }));
    }),
  );
  return found;
}

/** Where no number makes it exact. What is measured may be called by such a word. */
function vagueIn(draft: Wording, judged: boolean, vague: Vague): Finding[] {
  const names = judged ? [draft.name_zh, draft.name_en].map((words) => [0, words] as const) : [];
  const anchors = (draft.anchors ?? []).flatMap((pair, place) => pair.map((words) => [place + 1, words] as const));
  return [...names, ...anchors]
    .filter(([, words]) => words && !/[0-9]/.test(words))
    .flatMap(([mark, words]) => [
      ...vague.zh.filter((word) => words.includes(word)),
      ...vague.en.filter((word) => new RegExp(`\\b${word}\\b`).test(words.toLowerCase())),
    ].map((word) => finding('vague', { word, mark })));
}

function numbersAlone(words: string, unit: string, vague: Vague): boolean {
  const rest = vague.range.reduce(
    (left, word) => left.replace(/^[\x20-\x7e]+$/.test(word) ? new RegExp(`\\b${word}\\b`, 'g') : new RegExp(word, 'g'), ' '),
    unit ? words.replaceAll(unit, ' ') : words,
  );
  return NUMBERS_ALONE.test(rest);
}
