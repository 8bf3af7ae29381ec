// What the browser keeps for somebody who comes back: how far a page was scrolled when they left it by a link, and what they had
// begun to write in a plain form, until it is sent. Needs nothing of the application; components/drafts.rs keeps its fields.

const main = document.querySelector('main');

const PLACES = 'syncline.places';
/** How long a page may take to be as high as it was. */
const SETTLES_WITHIN = 5000;

/** Reads what one of the storages holds, if it may hold anything. */
function kept(storage, key) {
  try {
    return JSON.parse(storage().getItem(key) ?? 'null');
  } catch {
    return null;
  }
}

function keep(storage, key, value) {
  try {
    if (value === null) storage().removeItem(key);
    else storage().setItem(key, JSON.stringify(value));
  } catch {
    // Storage is full or forbidden: it is forgotten with the page.
  }
}

const tab = () => sessionStorage;
const device = () => localStorage;

// Where a page was scrolled to.

document.addEventListener(
  'click',
  (event) => {
    if (!event.target.closest?.('a[href]')) return;
    keep(tab, PLACES, { ...kept(tab, PLACES), [location.href]: scrollY });
  },
  true,
);

/** Goes back to a height as soon as the page has it; whoever does something themselves goes where they want. */
function settle(height) {
  const stop = new AbortController();
  const { signal } = stop;
  const go = () => {
    if (scrollY !== height) scrollTo({ top: height, behavior: 'instant' });
  };
  const observer = new MutationObserver(() => requestAnimationFrame(() => signal.aborted || go()));
  observer.observe(main, { childList: true, subtree: true });
  signal.addEventListener('abort', () => observer.disconnect());
  for (const kind of ['wheel', 'touchstart', 'pointerdown', 'keydown', 'popstate']) addEventListener(kind, () => stop.abort(), { signal, passive: true });
  setTimeout(() => stop.abort(), SETTLES_WITHIN);
  requestAnimationFrame(() => signal.aborted || go());
}

addEventListener('popstate', () => {
  const height = kept(tab, PLACES)?.[location.href];
  // After the listeners of the way before this one.
  if (height) setTimeout(() => settle(height));
});

// What stands half written.

const SENT = 'syncline.sent';
const account = document.querySelector('[data-account]')?.dataset.account;
const FIELDS = 'form[method=post] textarea[name=text], form[method=post] input[type=text][name=text]';

/** What a form is for: its address, what it is about, and what it does. What was read before it changes with every reading. */
function key(form) {
  const about = [...form.querySelectorAll('input[type=hidden]')].filter((one) => !['version', 'heard'].includes(one.name));
  const parts = [form.getAttribute('action'), ...about.map((one) => one.value), form.querySelector('button')?.value];
  return `syncline.draft.${account}.${parts.join(' ')}`;
}

/** Puts back what was written; where somebody writes, nothing is changed. */
function restore() {
  for (const field of main.querySelectorAll(FIELDS)) {
    if (field.value || field === document.activeElement || field.dataset.restored) continue;
    field.dataset.restored = '';
    const words = kept(device, key(field.form));
    if (!words) continue;
    field.value = words;
    // Nobody should have to look for what they wrote.
    const hidden = field.closest('details:not([open])');
    if (hidden) hidden.open = true;
  }
}

if (account && main) {
  // It was sent if the answer led to a page that came from the one with the form. A sign-in or an error in between did not take
  // it.
  const sent = kept(tab, SENT);
  if (sent) {
    keep(tab, SENT, null);
    const from = document.referrer && new URL(document.referrer).pathname;
    if (from === sent.page && !main.querySelector('.problem')) keep(device, sent.key, null);
  }
  document.addEventListener('input', (event) => {
    if (!event.target.matches?.(FIELDS) || !main.contains(event.target)) return;
    event.target.dataset.restored = '';
    keep(device, key(event.target.form), event.target.value || null);
  });
  document.addEventListener('submit', (event) => {
    const field = event.target.querySelector?.('[name=text]');
    if (field?.matches(FIELDS)) keep(tab, SENT, { page: location.pathname, key: key(event.target) });
  });
  let waiting = 0;
  const later = () => {
    waiting ||= requestAnimationFrame(() => {
      waiting = 0;
      restore();
    });
  };
  new MutationObserver(later).observe(main, { childList: true, subtree: true });
  later();
}
