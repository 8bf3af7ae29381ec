// Empties the functions of the bundle that nothing calls but that a table of function pointers keeps alive, so that wasm-opt
// can drop them and what only they use.
// Usage: node scripts/snip.mjs IN.wasm OUT.wasm
//
// `hydrate_async` hydrates a page whose routes load lazily. Only leptos' `hydrate_lazy` calls it, which Syncline does not use
// (see app/hydrate); but every view's vtable has it. Were it called all the same, the page would trap at once and every
// browser test with it.

import { readFile, writeFile } from 'node:fs/promises';
import binaryen from 'binaryen';

const UNCALLED = /\bhydrate_async\b|13hydrate_async/;

const [input, output] = process.argv.slice(2);
const module = binaryen.readBinary(await readFile(input));
let emptied = 0;
for (let index = 0; index < module.getNumFunctions(); index++) {
  const reference = module.getFunctionByIndex(index);
  const { name, base } = binaryen.getFunctionInfo(reference);
  if (base || !UNCALLED.test(name)) continue;
  binaryen.Function(reference).body = module.unreachable();
  emptied++;
}
if (emptied === 0) throw new Error(`${input} has no function to empty: does it lack its name section?`);
await writeFile(output, module.emitBinary());
console.log(`emptied ${emptied} functions that nothing calls`);
