// The map of the world as the pages draw it: outlines of countries and points for small ones, already projected.
// So the browser needs neither a projection nor the code for it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { geoCentroid, geoContains, geoEqualEarth, geoPath } from "d3-geo";
import { feature, mergeArcs } from "topojson-client";

const require = createRequire(import.meta.url);
const WIDTH = 2000; // outlines are in whole units of this width
const SMALLEST_RING = 6; // square units: islets that would be specks
const SMALL_STATE = 60; // square units, about 20,000 square kilometres: shown as a point as well
const CRIMEA = [34.1, 45.2];
// Without an ISO 3166-1 number in the data. Northern Cyprus and Somaliland are, for the United Nations and the EU, parts of
// Cyprus and Somalia; XK is the code that the EU uses for Kosovo.
const NAMED = { Kosovo: "XK", "N. Cyprus": "CY", Somaliland: "SO" };
const EUROPE = [[-24, 34], [-24, 71], [42, 71], [42, 34]];

function read(scale) {
  const topology = JSON.parse(readFileSync(require.resolve(`world-atlas/countries-${scale}.json`), "utf-8"));
  const parts = new Map();
  for (const geometry of topology.objects.countries.geometries) {
    const code = geometry.id ? alpha2(geometry.id) : NAMED[geometry.properties.name];
    if (!code) continue;
    const polygons = geometry.type === "Polygon" ? [geometry.arcs] : geometry.arcs;
    parts.set(code, [...(parts.get(code) ?? []), ...polygons]);
  }
  return { topology, parts };
}

/** ISO 3166-1 alpha-2 of a number: CLDR, which Node carries, knows them as aliases. */
function alpha2(number) {
  const region = new Intl.Locale(`und-${number}`).region;
  return /^[A-Z]{2}$/.test(region ?? "") ? region : undefined;
}

/** Natural Earth draws what is held de facto; in the law of the EU and of the United Nations Crimea is Ukraine's. */
function restoreCrimea({ topology, parts }) {
  const holds = (arcs) => geoContains(feature(topology, { type: "Polygon", arcs }), CRIMEA);
  const taken = parts.get("RU").filter(holds);
  if (taken.length !== 1) throw new Error("Crimea is not one polygon of Russia in this edition of the atlas.");
  parts.set("RU", parts.get("RU").filter((arcs) => arcs !== taken[0]));
  parts.set("UA", [...parts.get("UA"), ...taken]);
}

/** The rings of a geometry on the plane, in whole units, without specks. */
function rings(shape, projection) {
  const found = [];
  const collect = {
    beginPath() {}, arc() {},
    moveTo(x, y) { found.push([[x, y]]); },
    lineTo(x, y) { found.at(-1).push([x, y]); },
    closePath() {},
  };
  geoPath(projection, collect)(shape);
  return found
    .map((ring) => ring.map(([x, y]) => [Math.round(x), Math.round(y)]).filter((at, i, all) => !i || at[0] !== all[i - 1][0] || at[1] !== all[i - 1][1]))
    .map((ring) => ({ ring, size: Math.abs(area(ring)) }))
    .sort((a, b) => b.size - a.size)
    .filter(({ size, ring }, i) => ring.length > 2 && (size >= SMALLEST_RING || (i === 0 && size > 0)))
    .map(({ ring }) => ring);
}

function area(ring) {
  return ring.reduce((sum, [x, y], i) => {
    const [u, v] = ring[(i + 1) % ring.length];
    return sum + x * v - u * y;
  }, 0) / 2;
}

/** SVG path data with relative steps. */
function path(ring) {
  let [x, y] = ring[0];
  const steps = ring.slice(1).map(([u, v]) => {
    const step = `${u - x}${v - y < 0 ? "" : " "}${v - y}`;
    [x, y] = [u, v];
    return step;
  });
  return `M${ring[0].join(" ")}l${steps.reduce((line, step) => line + (line && !step.startsWith("-") ? " " : "") + step, "")}z`;
}

export function world() {
  const atlas = read("50m");
  restoreCrimea(atlas);
  const shapes = new Map([...atlas.parts].map(([code, polygons]) => [code, mergeArcs(atlas.topology, polygons.map((arcs) => ({ type: "Polygon", arcs })))]));
  // Antarctica answers no question, and takes a fifth of the height.
  shapes.delete("AQ");
  const all = { type: "GeometryCollection", geometries: [...shapes.values()].map((one) => feature(atlas.topology, one).geometry) };
  const projection = geoEqualEarth().rotate([-11, 0]).fitWidth(WIDTH, all);
  const lands = {}, points = {};
  for (const [code, shape] of [...shapes].sort()) {
    const geography = feature(atlas.topology, shape);
    const outline = rings(geography, projection);
    if (outline.length) lands[code] = outline.map(path).join("");
    if (outline.reduce((sum, ring) => sum + Math.abs(area(ring)), 0) < SMALL_STATE) points[code] = whole(projection(geoCentroid(geography)));
  }
  const finer = read("10m");
  for (const [code, polygons] of finer.parts) {
    if (lands[code] || points[code] || code === "AQ") continue;
    points[code] = whole(projection(geoCentroid(feature(finer.topology, { type: "MultiPolygon", arcs: polygons }))));
  }
  const height = Math.ceil(geoPath(projection).bounds(all)[1][1]);
  const corners = EUROPE.map((at) => projection(at));
  const [left, right] = [Math.min(...corners.map((at) => at[0])), Math.max(...corners.map((at) => at[0]))];
  const [top, bottom] = [Math.min(...corners.map((at) => at[1])), Math.max(...corners.map((at) => at[1]))];
  return { width: WIDTH, height, europe: whole([left, top, right - left, bottom - top]), lands, points };
}

function whole(numbers) {
  return numbers.map((number) => Math.round(number));
}
