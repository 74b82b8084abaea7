"""JavaScript that is put into the measured page: it only watches."""

# When the first rating can be tapped, when each storage write finished, how long each interaction took.
PROBE = """(() => { const B = window.__b = {commits: [], taps: [], inp: {}}, now = () => performance.now();
for (const n of ['put', 'add', 'delete', 'clear']) { const f = IDBObjectStore.prototype[n];
  IDBObjectStore.prototype[n] = function (...a) { const t = this.transaction, at = now();
    if (!t.__b) { t.__b = at; t.addEventListener('complete', () => B.commits.push({at, done: now(), how: t.durability || '?'})); }
    return f.apply(this, a); }; }
addEventListener('pointerup', (e) => B.taps.push(e.timeStamp), true);
new PerformanceObserver((l) => { for (const e of l.getEntries()) if (e.interactionId)
  B.inp[e.interactionId] = Math.max(B.inp[e.interactionId] || 0, e.duration); }).observe({type: 'event', durationThreshold: 16, buffered: true});
const poll = () => { const el = (!READY || document.querySelector(READY)) && document.querySelector(RATING);
  if (el) { let r = el.getBoundingClientRect(); if (r.bottom > innerHeight || r.top < 0) { el.scrollIntoView({block: 'center'}); r = el.getBoundingClientRect(); }
    const hit = r.width && document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
    if (hit && (el.contains(hit) || hit.contains(el))) { B.cold = now(); return; } }
  requestAnimationFrame(poll); }; requestAnimationFrame(poll); })()"""

# Lighthouse's idea: rounds of string building per half second tell what a throttle stands for.
SPEED = """() => { const end = performance.now() + 500; let n = 0;
  while (performance.now() < end) { let s = ''; for (let j = 0; j < 10000; j++) s += 'a'; if (s.length === 1) throw 0; n++; }
  return Math.round(n * 2 / 10); }"""

# Everything a finger may want to hit, smallest first; a label counts as its input's area.
TARGETS = """() => { const out = [];
for (const e of document.querySelectorAll('a[href],button,select,textarea,input:not([type=hidden]),[role=radio],[role=button],[role=checkbox],[role=switch],[tabindex="0"]')) {
  if (e.closest('[hidden],[aria-hidden=true],[inert]') || e.disabled || e.readOnly || getComputedStyle(e).visibility === 'hidden') continue;
  const boxes = [e, ...(/radio|checkbox/.test(e.type) ? e.labels || [] : [])].map((x) => x.getBoundingClientRect()).filter((r) => r.width > 1 && r.height > 1);
  if (!boxes.length) continue;
  const after = getComputedStyle(e, '::after'), grown = (side) => after.position === 'absolute' ? Math.max(0, -parseFloat(after[side]) || 0) : 0;
  const w = Math.max(...boxes.map((r) => r.right)) - Math.min(...boxes.map((r) => r.left)) + grown('left') + grown('right');
  const h = Math.max(...boxes.map((r) => r.bottom)) - Math.min(...boxes.map((r) => r.top)) + grown('top') + grown('bottom');
  out.push({w: Math.round(w), h: Math.round(h), rating: e.name === 'rating',
    what: e.tagName.toLowerCase() + (e.type ? ':' + e.type : '') + ' ' + (e.name || e.className || e.textContent || '').toString().trim().slice(0, 40)}); }
return out.sort((a, b) => Math.min(a.w, a.h) - Math.min(b.w, b.h)); }"""

SHELL_CACHED = (
    "() => Promise.race([navigator.serviceWorker.ready.then(() => true), new Promise((r) => setTimeout(r, 15000))])"
)
AXE = "async () => (await axe.run(document)).violations.map((x) => `${x.id} (${x.impact}) x${x.nodes.length}: ${x.nodes[0].target}`)"
