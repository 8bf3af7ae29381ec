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
  resting = setTimeout(find, REST);
}

async function find() {
  const turn = ++asked;
  const words = field.value.trim();
  if (!words) return show('', '');
  try {
    const answer = await fetch(`/find?q=${encodeURIComponent(words)}`);
    const text = await answer.text();
    if (turn !== asked) return;
    if (answer.status === 401) location.assign('/sign-in');
    else if (!answer.ok) show('', 'Shipments can’t be searched right now: try again.');
    else show(text, text.includes('role="option"') ? '' : `No shipment has “${words}”.`);
  } catch {
    // fetch fails only where the server can't be reached.
    if (turn === asked) show('', 'Shipments can’t be searched: the server is out of reach.');
  }
}

function show(html, sentence) {
  const id = marked()?.id;
  const isChosen = marked() && marked() !== options()[0];
  found.innerHTML = html;
  said.textContent = sentence;
  // What somebody has gone to stays marked; else the first is.
  mark((isChosen && document.getElementById(id)) || options()[0]);
}

function open() {
  if (palette.open) return;
  field.value = '';
  show('', '');
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
  // Keys of the page behind are not for what is typed here.
  event.stopPropagation();
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
  marked()?.click();
});
palette.addEventListener('click', (event) => {
  if (event.target === palette || event.target.closest('[role=option]')) palette.close();
});
palette.addEventListener('pointermove', (event) => {
  const option = event.target.closest('[role=option]');
  if (option && option !== marked()) mark(option);
});
field.addEventListener('input', filter);
