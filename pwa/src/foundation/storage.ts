/** Whether this window can keep anything: some private windows have no IndexedDB, or one that refuses to open. */
export function canStore(): Promise<boolean> {
  return new Promise((answer) => {
    try {
      const request = indexedDB.open('gemba:probe');
      request.onsuccess = () => {
        request.result.close();
        indexedDB.deleteDatabase('gemba:probe');
        answer(true);
      };
      request.onerror = () => answer(false);
    } catch {
      answer(false);
    }
  });
}
