/** The scale in words. */
import { m } from '../generated/paraglide/messages.js';

const WORDS = [m.score_mark_1, m.score_mark_2, m.score_mark_3, m.score_mark_4, m.score_mark_5];

/** 良好 of 4; empty for what is no mark. */
export const markWord = (mark: number): string => WORDS[mark - 1]?.() ?? '';
