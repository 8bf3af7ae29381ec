// What the browser's own code does with HTML that the server draws; see drawn.rs.

import { enliven, tell, told } from './actions.js';
import { Idiomorph } from './idiomorph.js';

/** Whether somebody has entered something that the page does not know of yet. */
function isEdited(node) {
  if (node.localName === 'select') return [...node.options].some((one) => one.selected !== one.defaultSelected);
  if (node.type === 'checkbox' || node.type === 'radio') return node.checked !== node.defaultChecked;
  return ['input', 'textarea'].includes(node.localName) && node.value !== node.defaultValue;
}

/** Whether a field says what somebody had read who now writes in its form: it goes on saying that. */
function isReadBefore(node) {
  return node.name === 'heard' && node.form !== null && [...node.form.elements].some(isEdited);
}

/** Brings `element` to `html` and keeps the nodes that stay. What somebody has opened or entered stays so. */
export function redraw(element, html) {
  const before = told(element);
  Idiomorph.morph(element, html, {
    morphStyle: 'innerHTML',
    ignoreActiveValue: true,
    callbacks: {
      beforeAttributeUpdated: (name, node) => !(name === 'open' && node.localName === 'details'),
      beforeNodeMorphed: (node) => !isEdited(node) && !isReadBefore(node),
    },
  });
  enliven(element);
  tell(element, before);
}

/** Does what only a browser can with what stands in `element` now. */
export const revive = enliven;

/** Writes the journal position that `element` holds at, where it shows one. */
export function stamp(element, seq) {
  for (const shown of element.querySelectorAll('[data-as-of]')) {
    shown.dataset.asOf = seq;
    shown.textContent = seq;
  }
  for (const shown of element.querySelectorAll('.as-of[title]')) shown.title = `As of position ${seq}`;
}

/** The ages that count on inside `element`. */
export function ages(element) {
  return [...element.querySelectorAll('time.age')];
}
