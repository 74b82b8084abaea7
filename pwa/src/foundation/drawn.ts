const HIDDEN_MS = 500;

/** Resolves once the next frame is on the screen; soon anyway where none is drawn, in a tab that nobody sees. */
export function drawn(): Promise<void> {
  return new Promise((resolve) => {
    const anyway = setTimeout(resolve, HIDDEN_MS);
    requestAnimationFrame(() =>
      setTimeout(() => {
        clearTimeout(anyway);
        resolve();
      }),
    );
  });
}
