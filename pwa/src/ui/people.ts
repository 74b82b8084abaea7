/** How far one person's page is: a tooth of the ring, a segment of the head. Two are finished: done_here, delivered. */
export type Tooth = 'none' | 'half' | 'done_here' | 'delivered';
