/** Rung on the document before this phone locks: whoever holds words that are not saved yet saves them now. */
export const PUT_AWAY = 'gemba-put-away';
