/** Says to tests, and to the bench, that a screen answers taps: <html data-ready="team">. */
export function markReady(name: string): void {
  document.documentElement.dataset['ready'] = name;
}

/** The screen is being replaced and answers nobody. */
export function clearReady(): void {
  delete document.documentElement.dataset['ready'];
}
