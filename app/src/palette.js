// The command palette; see palette.rs. What is found is drawn by the server, at /find.

const palette = document.getElementById('palette');
const field = palette.querySelector('input');
const found = palette.querySelector('[data-found]');
const said = palette.querySelector('.palette-said');
const commands = [...palette.querySelectorAll('[data-commands] [role=option]')];
/** How long somebody has stopped typing before the server is asked, in milliseconds. */
const REST = 120;
let asked = 0;
let resting;
/** The words that what is shown was found for. */
let answered = '';
/** Whether somebody pressed Enter before it was found: the first of it opens then. */
let isEntered = false;

const options = () => [...palette.querySelectorAll('[role=option]:not([hidden])')];
const marked = () => palette.querySelector('[aria-selected=true]');

function mark(option) {
  marked()?.setAttribute('aria-selected', 'false');
  option?.setAttribute('aria-selected', 'true');
  option?.scrollIntoView({ block: 'nearest' });
  if (option) field.setAttribute('aria-activedescendant', option.id);
  else field.removeAttribute('aria-activedescendant');
}

function move(by) {
  const all = options();
  if (all.length) mark(all[(all.indexOf(marked()) + by + all.length) % all.length]);
}

function filter() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const command of commands) {
    const text = command.textContent.toLowerCase();
    command.hidden = !words.every((word) => text.includes(word));
  }
  mark(options()[0]);
  clearTimeout(resting);
  isEntered = false;
  resting = setTimeout(find, REST);
}

/** Opens what is marked, once it is the answer to what is typed; what somebody has gone to is their answer. */
function enter() {
  if (field.value.trim() === answered || marked() !== options()[0]) {
    marked()?.click();
    return;
  }
  isEntered = true;
  clearTimeout(resting);
  void find();
}

async function find() {
  const turn = ++asked;
  const words = field.value.trim();
  if (!words) return show('', '', words);
  try {
    const answer = await fetch(`/find?q=${encodeURIComponent(words)}`);
    const text = await answer.text();
    if (turn !== asked) return;
    if (answer.status === 401) location.assign('/sign-in');
    else if (!answer.ok) show('', 'Shipments can’t be searched right now: try again.', words);
    else show(text, text.includes('role="option"') ? '' : `No shipment has “${words}”.`, words);
  } catch {
    // fetch fails only where the server can't be reached.
    if (turn === asked) show('', 'Shipments can’t be searched: the server is out of reach.', words);
  }
}

function show(html, sentence, words) {
  const id = marked()?.id;
  const isChosen = marked() && marked() !== options()[0];
  answered = words;
  found.innerHTML = html;
  said.textContent = sentence;
  // What somebody has gone to stays marked; else the first is.
  mark((isChosen && document.getElementById(id)) || options()[0]);
  if (!isEntered) return;
  isEntered = false;
  marked()?.click();
}

function open() {
  if (palette.open) return;
  field.value = '';
  isEntered = false;
  // An answer to what was typed before is none.
  asked += 1;
  show('', '', '');
  filter();
  palette.showModal();
  field.focus();
}

document.addEventListener(
  'click',
  (event) => {
    if (!event.target.closest?.('[data-opens=palette]')) return;
    event.preventDefault();
    event.stopPropagation();
    open();
  },
  true,
);
document.addEventListener('keydown', (event) => {
  if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  event.preventDefault();
  if (palette.open) palette.close();
  else open();
});
palette.addEventListener('keydown', (event) => {
  // Keys of the page behind are not for what is typed here, and those of a composition are its own.
  event.stopPropagation();
  if (event.isComposing) return;
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by) {
    event.preventDefault();
    move(by);
  } else if (event.key === 'Escape' || ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k')) {
    // A search field would only empty itself at the first Escape.
    event.preventDefault();
    palette.close();
  }
});
palette.addEventListener('submit', (event) => {
  if (event.target !== field.form) return;
  event.preventDefault();
  enter();
});
// What is on its way may not open once the palette is closed.
palette.addEventListener('close', () => {
  isEntered = false;
});
palette.addEventListener('click', (event) => {
  if (event.target === palette || event.target.closest('[role=option]')) palette.close();
});
palette.addEventListener('pointermove', (event) => {
  const option = event.target.closest('[role=option]');
  if (option && option !== marked()) mark(option);
});
field.addEventListener('input', filter);
