// What changed since somebody last looked at the list of shipments: kept by the browser, on this device, for each account. A
// row counts as looked at once somebody says so, or leaves the page that showed it. Needs nothing of the application.

/** As many rows are remembered, those looked at last. */
const MOST = 2000;
/** What is compared: the cells as people read them. */
const CELLS = ['Status', 'Expected', 'Promised'];
const account = document.querySelector('[data-account]')?.dataset.account;
const key = `syncline.seen.${account}`;

/** What each row said when it was looked at last, by its shipment's number. */
function remembered() {
  try {
    return new Map(JSON.parse(localStorage.getItem(key) ?? '[]'));
  } catch {
    // Storage is forbidden, or holds what nobody here wrote: then everything is as if seen for the first time.
    return new Map();
  }
}

let seen = remembered();
const rows = () => [...document.querySelectorAll('.shipments tr[data-shipment]')];
const words = (cell) => cell.textContent.replace(/\s+/g, ' ').trim();
const said = (row) => CELLS.map((name) => words(row.querySelector(`[data-label="${name}"]`) ?? row));

function mark() {
  let changed = 0;
  for (const row of rows()) {
    const before = seen.get(row.dataset.shipment);
    const now = said(row);
    const was = before && CELLS.flatMap((name, at) => (before[at] === now[at] ? [] : [`${name.toLowerCase()} was ${before[at] || 'not known'}`]));
    const note = was?.join(', ') ?? '';
    if (note) changed += 1;
    if ((row.dataset.changed ?? '') === note) continue;
    if (note) row.dataset.changed = note;
    else delete row.dataset.changed;
  }
  tell(changed);
}

/** Says how many changed, beside the list's other tools, with the way to say that one knows. */
function tell(changed) {
  const place = document.querySelector('[data-seen]');
  if (!place) return;
  let told = place.querySelector('.changed-count');
  if (!changed) {
    told?.remove();
    return;
  }
  if (!told) {
    told = document.createElement('button');
    told.type = 'button';
    told.className = 'quiet changed-count';
    told.addEventListener('click', () => {
      look();
      mark();
    });
    place.prepend(told);
  }
  const sentence = `${changed} changed since you last looked: mark as seen`;
  if (told.textContent !== sentence) told.textContent = sentence;
}

/** Remembers what stands there now. */
function look() {
  // Another tab may have looked at other rows meanwhile.
  const all = new Map([...remembered(), ...seen]);
  for (const row of rows()) {
    all.delete(row.dataset.shipment);
    all.set(row.dataset.shipment, said(row));
  }
  seen = new Map([...all].slice(-MOST));
  try {
    localStorage.setItem(key, JSON.stringify([...seen]));
  } catch {
    // Storage is full or forbidden: the next page begins without it.
  }
}

/** Whoever signs out leaves nothing of theirs behind: no rows, no places, no drafts. */
function forget() {
  for (const storage of [() => localStorage, () => sessionStorage]) {
    try {
      for (const name of Object.keys(storage())) if (name.startsWith('syncline.')) storage().removeItem(name);
    } catch {
      // Storage is forbidden, so nothing is in it.
    }
  }
}

if (account) {
  let waiting = 0;
  const later = () => {
    waiting ||= requestAnimationFrame(() => {
      waiting = 0;
      mark();
    });
  };
  new MutationObserver(later).observe(document.querySelector('main'), { childList: true, subtree: true, characterData: true });
  // The list is left by another page of the application as well as by closing the tab.
  let isLeaving = false;
  addEventListener('pagehide', () => (isLeaving ? forget() : rows().length && look()));
  document.addEventListener('submit', (event) => {
    isLeaving = event.target.id === 'sign-out';
    if (isLeaving) forget();
  });
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href]');
    if (link && link.pathname !== '/shipments' && rows().length) look();
  }, true);
  later();
}
