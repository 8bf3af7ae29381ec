// What buttons and moments in drawn HTML do: copy a number, print, tell of news, say a moment on the viewer's own clock.

const NOTIFY = 'syncline.notify.';

/** Says something to people who don't see it, and shows it on the button for a moment. */
function confirm(button, said) {
  let status = document.getElementById('said');
  if (!status) {
    status = document.createElement('p');
    status.id = 'said';
    status.className = 'unseen';
    status.setAttribute('role', 'status');
    document.body.append(status);
  }
  status.textContent = said;
  button.dataset.said = said;
  setTimeout(() => delete button.dataset.said, 2000);
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    confirm(button, 'Copied');
  } catch {
    // Not over http, or not allowed: the number is selected, so that the keyboard copies it.
    const shown = button.parentElement.querySelector('input, code, .detail');
    if (shown instanceof HTMLInputElement) shown.select();
    else getSelection().selectAllChildren(shown);
    confirm(button, 'Selected: press Ctrl C');
  }
}

const wants = (id) => localStorage.getItem(NOTIFY + id) === 'yes';

/** Why a shipment's news are not told by this browser, until it is asked again. */
const refused = new Map();

function show(button) {
  const note = button.closest('.buttons')?.parentElement.querySelector('[data-notify-said]');
  const why = refused.get(button.dataset.notify) ?? '';
  if (note && note.textContent !== why) note.textContent = why;
  if (note) note.hidden = !why;
  const on = wants(button.dataset.notify) && Notification.permission === 'granted';
  button.setAttribute('aria-pressed', String(on));
  button.textContent = on ? 'Notifying you' : 'Notify me';
  button.title = on ? 'While this page is open in a tab. Press to stop.' : 'A notification at each change, while this page is open in a tab.';
}

/** What to do where the browser has not said yes. */
const WAY_OUT = {
  default: 'Your browser has not allowed it yet: press “Notify me” again and allow it where it asks',
  denied: 'Your browser forbids this site to notify you: allow it in the site’s settings',
};

/** Why nothing is told, and every way out that this page has. */
function wayOut(permission) {
  const way = WAY_OUT[permission];
  const mail = document.querySelector('main a[href^="/notifications"]') ? ', or choose mail' : '';
  return way ? `${way}${mail}.` : '';
}

async function toggle(button) {
  const id = button.dataset.notify;
  refused.delete(id);
  if (wants(id) && Notification.permission === 'granted') {
    localStorage.removeItem(NOTIFY + id);
    confirm(button, 'No notifications any more');
  } else {
    // A question that nobody answers is never answered: what to do stands there meanwhile.
    refused.set(id, wayOut(Notification.permission));
    show(button);
    const answer = await Notification.requestPermission();
    refused.set(id, wayOut(answer));
    if (answer === 'granted') {
      localStorage.setItem(NOTIFY + id, 'yes');
      confirm(button, 'You are told of each change while this page is open');
    }
  }
  show(button);
}

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('[data-copy], [data-print], [data-notify], [data-reason]');
  if (!button) return;
  if ('reason' in button.dataset) return give(button);
  if ('copy' in button.dataset) void copy(button);
  else if ('print' in button.dataset) print();
  else void toggle(button);
});

const REASONS = 'syncline.reasons.';
/** As many of one's own words are remembered for a rule. */
const OWN_REASONS = 3;

function ownReasons(rule) {
  try {
    return JSON.parse(localStorage.getItem(REASONS + rule) ?? '[]');
  } catch {
    // Storage is forbidden, or holds what nobody here wrote.
    return [];
  }
}

/** Puts what was said last of the rule before what is often said. */
function order(reasons) {
  const known = new Map([...reasons.children].map((button) => [button.dataset.reason, button]));
  for (const reason of ownReasons(reasons.dataset.reasons).reverse()) {
    let button = known.get(reason);
    if (!button) {
      button = document.createElement('button');
      button.type = 'button';
      button.className = 'quiet';
      button.dir = 'auto';
      button.dataset.reason = reason;
      button.textContent = reason;
    }
    reasons.prepend(button);
  }
}

const ending = () => document.querySelector('.case-panel .ending input');

function give(button) {
  const field = ending();
  if (!field) return;
  field.value = button.dataset.reason;
  field.dataset.given = field.value;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.focus();
}

function rememberReason() {
  const rule = document.querySelector('.case-panel [data-reasons]')?.dataset.reasons;
  const reason = ending()?.value.trim();
  // What says nothing is refused, and not said again.
  if (!rule || !/\p{L}.*\p{L}/u.test(reason ?? '')) return;
  try {
    const all = [reason, ...ownReasons(rule).filter((one) => one !== reason)];
    localStorage.setItem(REASONS + rule, JSON.stringify(all.slice(0, OWN_REASONS)));
  } catch {
    // Storage is full or forbidden: the next one begins with what is often said.
  }
}

// Before the form is emptied.
document.addEventListener('submit', (event) => event.target.matches?.('.case-panel .ending') && rememberReason(), true);
document.addEventListener('click', (event) => event.target.matches?.('.case-panel .ending button[type=button]') && rememberReason(), true);

/** The sentence of `element` that tells what happens, if it has one. */
export const told = (element) => element.querySelector('[data-tell]')?.textContent ?? '';

/** Tells of what has changed since `before`, if the viewer wants that. */
export function tell(element, before) {
  const button = element.querySelector('[data-notify]');
  const now = told(element);
  if (!button || now === before || !('Notification' in window)) return;
  if (!wants(button.dataset.notify) || Notification.permission !== 'granted') return;
  const title = element.querySelector('h1')?.textContent ?? 'Shipment';
  try {
    const note = new Notification(title, { body: now, tag: button.dataset.notify });
    note.addEventListener('click', () => window.focus());
  } catch (error) {
    // Some phones allow notifications only to installed pages.
    confirm(button, 'Your browser shows no notifications of pages');
    console.warn('no notification could be shown', error);
  }
}

/** Brings what stands in `element` to life: buttons that this browser can serve, moments on the viewer's own clock. */
export function enliven(element) {
  for (const button of element.querySelectorAll('[data-notify]')) {
    button.hidden = !('Notification' in window);
    if (!button.hidden) show(button);
  }
  element.querySelectorAll('[data-reasons]').forEach(order);
  for (const clock of element.querySelectorAll('[data-clock]')) {
    const time = new Date().toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' });
    clock.textContent = `Where you are it is ${time}.`;
  }
  // Elsewhere moments are our own clock's, not a place's.
  if (!element.closest('.shipment')) return;
  for (const note of element.querySelectorAll('.mine')) note.remove();
  for (const shown of element.querySelectorAll('.window, time[datetime]:not(.age, .window *)')) {
    if (shown.closest('.origin')) continue;
    const moments = shown.matches('time') ? [shown] : [...shown.querySelectorAll('time')];
    const mine = moments.map((moment, place) => ownTime(moment.dateTime, moments[place - 1]?.dateTime));
    if (mine.some((one) => one === undefined)) continue;
    const note = document.createElement('span');
    note.className = 'mine';
    note.textContent = ` (${mine.join(' to ')} yours)`;
    shown.append(note);
  }
}

/** The moment on the viewer's clock, where that differs from the clock that it is written in; its day where nothing says it yet. */
function ownTime(written, before) {
  const at = new Date(written);
  const stated = /([+-])(\d\d):(\d\d)$/.exec(written);
  const offset = stated ? Number(`${stated[1]}1`) * (Number(stated[2]) * 60 + Number(stated[3])) : 0;
  if (Number.isNaN(at.getTime()) || offset === -at.getTimezoneOffset()) return undefined;
  const clock = at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  const there = new Date(at.getTime() + offset * 60_000).getUTCDate();
  const isSaid = there === at.getDate() || (before && new Date(before).toDateString() === at.toDateString());
  return isSaid ? clock : `${at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${clock}`;
}
