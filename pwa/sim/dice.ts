/** One seed drives everything: what people do, what breaks, and when (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995;
    for (let i = 0; i < 4; i++) this.fraction();
  }

  /** 0 <= x < 1. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** 0 .. below - 1. */
  upTo(below: number): number {
    return Math.floor(this.fraction() * below);
  }

  between(low: number, high: number): number {
    return low + this.upTo(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new Error('nothing to pick from');
    return list[this.upTo(list.length)] as T;
  }

  weighed<T extends string>(weights: Partial<Record<T, number>>): T {
    const all = Object.entries(weights) as [T, number][];
    let left = this.fraction() * all.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of all) if ((left -= weight) < 0) return name;
    return (all.at(-1) as [T, number])[0];
  }

  /** 16 bytes as 22 characters of base64url, as the product's own chance makes them. */
  token(): string {
    const bytes = Array.from({ length: 16 }, () => this.upTo(256));
    return btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  }
}
