/** Numbers as exact fractions of whole numbers, and the one place where one loses digits; rounding.py on the server.
 *
 * A measured 98.2 is no binary fraction. Here it is 982/10, made of its text, and stays so until it is shown.
 */
export interface Exact {
  readonly n: bigint;
  /** Above 0. */
  readonly d: bigint;
}

/** More than any measured value times any weight has. */
const DIGITS_MAX = 40;
const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/;

/** Of "98.2" or 98.2. Throws RangeError for what is no number. */
export function exact(written: string | number): Exact {
  const found = NUMBER.exec(String(written));
  if (!found) throw new RangeError(`no number: ${String(written)}`);
  const [, sign, whole = '0', fraction = '', power = '0'] = found;
  const scale = fraction.length - Number(power);
  const digits = BigInt(whole + fraction) * (sign ? -1n : 1n);
  return scale > 0 ? { n: digits, d: 10n ** BigInt(scale) } : { n: digits * 10n ** BigInt(-scale), d: 1n };
}

export const ZERO = exact(0);
export const plus = (a: Exact, b: Exact): Exact => (a.d === b.d ? { n: a.n + b.n, d: a.d } : { n: a.n * b.d + b.n * a.d, d: a.d * b.d });
export const times = (a: Exact, b: Exact): Exact => ({ n: a.n * b.n, d: a.d * b.d });
export const minus = (a: Exact, b: Exact): Exact => plus(a, { n: -b.n, d: b.d });
/** Throws RangeError where `b` is 0. */
export function over(a: Exact, b: Exact): Exact {
  if (b.n === 0n) throw new RangeError('over nothing');
  return b.n < 0n ? { n: -a.n * b.d, d: a.d * -b.n } : { n: a.n * b.d, d: a.d * b.n };
}
/** Below 0 where `a` is less than `b`, 0 where they are the same. */
export const compare = (a: Exact, b: Exact): number => Number(a.n * b.d > b.n * a.d) - Number(a.n * b.d < b.n * a.d);
export const sum = (numbers: readonly Exact[]): Exact => numbers.reduce(plus, ZERO);

/** To so many decimals; half a step goes away from zero. */
export function halfUp(number: Exact, digits: number): Exact {
  const d = 10n ** BigInt(digits);
  const size = (number.n < 0n ? -number.n : number.n) * d;
  const cut = (2n * size + number.d) / (2n * number.d);
  return { n: number.n < 0n ? -cut : cut, d };
}

/** All its digits, no zeros at the end but for `least` decimals. Throws RangeError where they would not end. */
export function plain(number: Exact, least = 0): string {
  let digits = least;
  while ((number.n * 10n ** BigInt(digits)) % number.d !== 0n) {
    if (++digits > DIGITS_MAX) throw new RangeError('its digits do not end');
  }
  const shifted = (number.n * 10n ** BigInt(digits)) / number.d;
  const size = String(shifted < 0n ? -shifted : shifted).padStart(digits + 1, '0');
  return (shifted < 0n ? '-' : '') + (digits ? `${size.slice(0, -digits)}.${size.slice(-digits)}` : size);
}
