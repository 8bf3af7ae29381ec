// Assembles the site that the server embeds: the bundle and the stylesheet under pkg/, public files at the root, and
// beside each text-like file its brotli and gzip form. Touches only what changed; fails when the wasm is over its budget.
// Usage: node scripts/site.mjs BUNDLE_DIR SITE_DIR

import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, extname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { bundle as bundleCss } from 'lightningcss';

const WASM_BUDGET_BYTES = 350 * 1024;
const COMPRESSIBLE = new Set(['.css', '.html', '.ico', '.js', '.json', '.svg', '.txt', '.wasm', '.webmanifest', '.xml']);
const STYLESHEET = 'style/main.css';
const FONT = 'node_modules/@fontsource-variable/inter/files';
// What stands beside the bundle's own script: what it imports (Idiomorph's small form is no module yet), and the fonts.
const BESIDE = {
  'redraw.js': await readFile('app/src/components/redraw.js'),
  'actions.js': await readFile('app/src/components/actions.js'),
  'palette.js': await readFile('app/src/palette.js'),
  'seen.js': await readFile('app/src/seen.js'),
  'kept.js': await readFile('app/src/kept.js'),
  'idiomorph.js': Buffer.concat([await readFile('node_modules/idiomorph/dist/idiomorph.min.js'), Buffer.from('\nexport { Idiomorph };\n')]),
  'inter-latin.woff2': await readFile(`${FONT}/inter-latin-wght-normal.woff2`),
  'inter-latin-ext.woff2': await readFile(`${FONT}/inter-latin-ext-wght-normal.woff2`),
};

const [bundleDir, siteDir] = process.argv.slice(2);
const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;

/** Every file under `root`, as paths relative to it. */
async function filesUnder(root) {
  if (!existsSync(root)) return [];
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)));
}

/** Writes `content` unless the file holds it already; says whether it wrote. */
async function writeIfChanged(path, content) {
  if (existsSync(path) && (await readFile(path)).equals(content)) return false;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return true;
}

const wanted = new Map();
for (const path of await filesUnder('public')) wanted.set(path, await readFile(join('public', path)));
for (const path of await filesUnder(bundleDir)) wanted.set(join('pkg', path), await readFile(join(bundleDir, path)));
for (const [name, content] of Object.entries(BESIDE)) wanted.set(join('pkg', name), content);
if (existsSync(STYLESHEET)) {
  wanted.set('pkg/syncline.css', Buffer.from(bundleCss({ filename: STYLESHEET, minify: true }).code));
}

const kept = new Set();
await Promise.all(
  [...wanted].map(async ([path, content]) => {
    const file = join(siteDir, path);
    kept.add(path);
    const changed = await writeIfChanged(file, content);
    if (!COMPRESSIBLE.has(extname(path))) return;
    kept.add(`${path}.br`).add(`${path}.gz`);
    if (!changed && existsSync(`${file}.br`) && existsSync(`${file}.gz`)) return;
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
    await writeFile(`${file}.br`, await promisify(brotliCompress)(content, { params }));
    await writeFile(`${file}.gz`, await promisify(gzip)(content, { level: 9 }));
  }),
);
for (const path of await filesUnder(siteDir)) {
  if (!kept.has(path)) await rm(join(siteDir, path));
}

const wasm = join(siteDir, 'pkg/syncline_bg.wasm');
const raw = (await readFile(wasm)).length;
const packed = (await readFile(`${wasm}.br`)).length;
console.log(`wasm: ${kib(packed)} brotli (${kib(raw)} raw), budget ${kib(WASM_BUDGET_BYTES)}`);
if (packed > WASM_BUDGET_BYTES) {
  console.error(`error: the wasm bundle is ${kib(packed - WASM_BUDGET_BYTES)} over its budget`);
  process.exit(1);
}
