/** How far one person's page is: what the ring, the segments and HR's cells draw. */
export type PersonState = 'none' | 'half' | 'done_here' | 'delivered' | 'case' | 'parked';
