// Bundles the scripts of the pages into ../assets under names that hold a digest of their content, each with a
// compressed twin, with a manifest for the server (server/bundle.py) and the licences of everything that went in.
// `node build.mjs --watch` rebuilds on every change, with source maps.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { world } from "./atlas.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const OUT = join(HERE, "..", "assets");
const SOURCES = ["atlas.mjs", "build.mjs", "package-lock.json", "package.json", "src"]; // as in hatch_build.py
const ALLOWED = new Set(["MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause"]);
// Not bundled, but what is bundled was made of it.
const DATA = ["world-atlas"];
const watching = process.argv.includes("--watch");

function files(path) {
  return statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => files(join(path, name))) : [path];
}

/** SHA-256 over names and contents of the sources: says whether the assets are theirs. */
function digest() {
  const found = SOURCES.flatMap((name) => files(join(HERE, name))).map((file) => relative(HERE, file).split(sep).join("/"));
  const total = createHash("sha256");
  for (const name of found.sort()) total.update(name + "\0").update(readFileSync(join(HERE, name))).update("\0");
  return total.digest("hex");
}

/** `import address from "atlas:world"` gives the address of the map's data, which is made here. */
const atlas = {
  name: "atlas",
  setup(build) {
    build.onResolve({ filter: /^atlas:/ }, (args) => ({ path: `${args.path.slice(6)}.json`, namespace: "atlas" }));
    build.onLoad({ filter: /.*/, namespace: "atlas" }, () => ({ contents: JSON.stringify(world()), loader: "file" }));
  },
};

/** The packages that the bundle holds code of, each with its licence's text. Throws for a licence not allowed. */
function licences(inputs) {
  const names = new Set(DATA);
  for (const input of Object.keys(inputs)) {
    const found = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input);
    if (found) names.add(found[1]);
  }
  const texts = [...names].sort().map((name) => {
    const folder = join(HERE, "node_modules", name);
    const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf-8"));
    if (!ALLOWED.has(about.license)) throw new Error(`${name} is under ${about.license}: leave it out of the bundle.`);
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
    if (!file) throw new Error(`${name} comes without the text of its licence.`);
    return `${name} ${about.version} (${about.license})\n\n${readFileSync(join(folder, file), "utf-8").trim()}\n`;
  });
  const map = "The outlines of countries are from Natural Earth, which is in the public domain.\n";
  return [`The scripts of these pages hold code of the following packages.\n${map}`, ...texts].join(`\n${"-".repeat(79)}\n\n`);
}

function finish(result) {
  const manifest = { sources: digest(), entries: {}, files: [] };
  for (const [path, output] of Object.entries(result.metafile.outputs)) {
    const name = path.split("/").pop();
    manifest.files.push(name);
    if (output.entryPoint === "src/main.ts") manifest.entries.main = name;
    if (/\.(js|json)$/.test(name)) writeFileSync(join(OUT, `${name}.gz`), gzipSync(readFileSync(join(OUT, name)), { level: 9 }));
  }
  manifest.files.push("THIRD-PARTY-LICENSES.txt");
  manifest.files.sort();
  writeFileSync(join(OUT, "THIRD-PARTY-LICENSES.txt"), licences(result.metafile.inputs));
  // Last: whoever finds it finds the rest.
  writeFileSync(join(OUT, "manifest.json"), JSON.stringify(manifest, null, 1) + "\n");
}

const clean = {
  name: "clean",
  setup(build) {
    build.onStart(() => {
      rmSync(OUT, { recursive: true, force: true });
      mkdirSync(OUT, { recursive: true });
    });
    build.onEnd((result) => {
      if (!result.errors.length) finish(result);
    });
  },
};

const context = await esbuild.context({
  absWorkingDir: HERE,
  entryPoints: ["src/main.ts"],
  outdir: OUT,
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: !watching,
  sourcemap: watching,
  metafile: true,
  legalComments: "none", // they are in THIRD-PARTY-LICENSES.txt
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".css": "text" },
  plugins: [clean, atlas],
  logLevel: "warning",
});
if (watching) {
  await context.watch();
} else {
  try {
    await context.rebuild();
  } catch {
    process.exitCode = 1; // esbuild has said why
  }
  await context.dispose();
}
