// Opens the last person's database and reads it while the app's own code is still on its way: the two waits of a cold
// start then pass side by side. db/boot.ts takes what lies in `gembaBoot`; whatever fails here is done there as if this
// file did not exist. Plain JavaScript, not built.
(() => {
  /** One read-only look at a database that exists; `ask` gives the requests whose results are wanted. */
  const look = (name, stores, ask) =>
    new Promise((resolve, reject) => {
      const opening = indexedDB.open(name);
      // Not there: opening must not make an empty one without stores.
      opening.onupgradeneeded = () => opening.transaction.abort();
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const db = opening.result;
        db.onversionchange = () => db.close();
        const tx = db.transaction(stores);
        const asked = ask((store) => tx.objectStore(store));
        tx.onabort = () => reject(tx.error);
        tx.oncomplete = () => {
          resolve(Object.fromEntries(Object.entries(asked).map(([key, request]) => [key, request.result])));
          // A moment later the app has handles of its own; until then this one keeps the database awake.
          setTimeout(() => db.close(), 5_000);
        };
      };
    });
  try {
    const name = localStorage.getItem('gemba-last');
    if (!name) return;
    const person = look(name, ['meta', 'rows', 'scopes', 'outbox', 'ledger'], (store) => ({
      names: store('meta').getAllKeys(),
      values: store('meta').getAll(),
      rows: store('rows').getAll(),
      scopes: store('scopes').getAll(),
      outbox: store('outbox').getAll(),
      overlay: store('ledger').index('overlay').getAll(),
      parked: store('ledger').index('parked').getAll(),
    }));
    person.catch(() => undefined);
    globalThis.gembaBoot = { name, person };
  } catch {
    // No storage, or none that may be used.
  }
})();
