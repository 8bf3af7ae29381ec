// What the browser's own code does with a board; see board.rs.

import { Idiomorph } from './idiomorph.js';

/** Brings `element` to `html` and keeps the nodes that stay. What somebody has opened stays open. */
export function redraw(element, html) {
  Idiomorph.morph(element, html, {
    morphStyle: 'innerHTML',
    ignoreActiveValue: true,
    callbacks: { beforeAttributeUpdated: (name, node) => !(name === 'open' && node.localName === 'details') },
  });
}

/** The ages that count on inside `element`. */
export function ages(element) {
  return [...element.querySelectorAll('time.age')];
}
