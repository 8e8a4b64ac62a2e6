/**
 * A picture of who is linked with whom, drawn from a table of edges that stands in the page and stays there:
 *
 *   <figure class="graph" data-view="graph">
 *     <table>
 *       <caption>…</caption>
 *       <tbody>
 *         <tr data-source="a" data-source-label="Havukka Oy" data-target="b" data-target-label="Posti" data-href="/id/…">…</tr>
 *       </tbody>
 *     </table>
 *   </figure>
 *
 * Sources and targets are IRIs or ids of the page's own; `data-href` is where the target leads, `data-source-href` where the
 * source does, `data-label` what stands on the edge. The picture is for the eye and the mouse: keyboard and screen
 * reader have the table.
 */
import cytoscape, { type Core, type ElementDefinition, type NodeSingular, type StylesheetJson } from "cytoscape";
import { adopt, button, element } from "./dom";
import style from "./graph.css";
import { words, type Words } from "./words";

const ROW = 32; // height of a name with what is above it, in pixels
const MARGIN = 24;
const TALLEST = 3300;

export async function show(figure: HTMLElement): Promise<void> {
  const table = figure.querySelector("table");
  const edges = [...figure.querySelectorAll<HTMLTableRowElement>("tr[data-source][data-target]")];
  if (!table || !edges.length) return;
  const say = await words();
  adopt(style);
  claimStyleSheet();
  const canvas = element("div", { class: "canvas", role: "img", "aria-label": say("script.graph.label", { caption: table.caption?.textContent?.trim() ?? "" }) });
  const holder = element("div", { class: "picture" });
  holder.append(canvas);
  figure.prepend(holder);
  const graph = draw(canvas, elements(edges));
  holder.prepend(controls(graph, say));
}

/** Cytoscape adds a style element unless it finds one of its own; the pages' policy allows none. graph.css has the rule. */
function claimStyleSheet(): void {
  const id = "__________cytoscape_stylesheet";
  if (!document.getElementById(id)) document.head.append(element("template", { id }));
}

function elements(rows: HTMLTableRowElement[]): ElementDefinition[] {
  const nodes = new Map<string, ElementDefinition>();
  const node = (id: string, label: string | undefined, href: string | undefined, kind: string): void => {
    const known = nodes.get(id);
    if (!known) nodes.set(id, { group: "nodes", data: { id, label: label || id, href: href ?? "" }, classes: kind });
    else if (href && !known.data["href"]) known.data["href"] = href;
  };
  const edges = rows.map(({ dataset }, i): ElementDefinition => {
    const [source, target] = [dataset["source"] ?? "", dataset["target"] ?? ""];
    node(source, dataset["sourceLabel"], dataset["sourceHref"], "source");
    node(target, dataset["targetLabel"], dataset["href"], "target");
    return { group: "edges", data: { id: `edge ${i}`, source, target, label: dataset["label"] ?? "" } };
  });
  return [...nodes.values(), ...edges];
}

function draw(container: HTMLElement, parts: ElementDefinition[]): Core {
  const graph = cytoscape({
    container, elements: parts, style: sheet(container), layout: { name: "preset" },
    // The wheel scrolls the page, as everywhere else on it; the buttons zoom.
    userZoomingEnabled: false, boxSelectionEnabled: false, autounselectify: true,
    userPanningEnabled: matchMedia("(pointer: fine)").matches,
    minZoom: 0.05, maxZoom: 3,
  });
  arrange(graph, container);
  graph.fit(undefined, MARGIN);
  graph.on("tap", "node[href != '']", ({ target }) => location.assign(target.data("href") as string));
  graph.on("mouseover", "node[href != '']", () => container.classList.add("leads"));
  graph.on("mouseout", "node", () => container.classList.remove("leads"));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => graph.style(sheet(container)));
  new ResizeObserver(() => graph.resize().fit(undefined, MARGIN)).observe(container);
  return graph;
}

/**
 * Where nobody is both source and target, who links stands left and what is linked right, with the names outside: so they
 * can be read however many there are. Anything else is laid out by forces, in the same way every time.
 */
function arrange(graph: Core, container: HTMLElement): void {
  const [left, right] = [graph.nodes().roots(), graph.nodes().leaves()];
  if (left.length + right.length !== graph.nodes().length) {
    graph.layout({ name: "circle" }).run();
    graph.layout({ name: "cose", animate: false, randomize: false, nodeRepulsion: () => 30000, idealEdgeLength: () => 80, gravity: 1.5, padding: MARGIN }).run();
    return;
  }
  const rows = Math.max(left.length, right.length);
  container.style.height = `${Math.min(Math.max(rows * ROW + 2 * MARGIN, 160), TALLEST)}px`;
  graph.resize();
  const names = Math.min(220, container.clientWidth / 3);
  graph.nodes().style("text-max-width", `${names - 20}px`);
  const places = untangled(graph.nodes().toArray().filter((one) => left.has(one)), graph.nodes().toArray().filter((one) => right.has(one)));
  const gap = Math.max(60, container.clientWidth - 2 * names - 2 * MARGIN);
  places.forEach((column, side) => column.forEach((one, i) => one.position({ x: side * gap, y: ((i + 0.5) * rows * ROW) / column.length })));
  left.addClass("left");
  right.addClass("right");
}

/** Two columns, each in the order of what its members are linked with: few lines cross then. */
function untangled(left: NodeSingular[], right: NodeSingular[]): [NodeSingular[], NodeSingular[]] {
  const ordered = (column: NodeSingular[], other: NodeSingular[]): NodeSingular[] => {
    const place = new Map(other.map((one, i) => [one.id(), i / other.length]));
    const mean = new Map(column.map((one) => {
      const near = one.neighborhood("node").map((node) => place.get(node.id()) ?? 0);
      return [one.id(), near.reduce((sum, at) => sum + at, 0) / Math.max(1, near.length)];
    }));
    return [...column].sort((a, b) => (mean.get(a.id()) ?? 0) - (mean.get(b.id()) ?? 0));
  };
  for (let sweep = 0; sweep < 4; sweep++) {
    right = ordered(right, left);
    left = ordered(left, right);
  }
  return [left, right];
}

/** Colours and letters of the page, as they are now. */
function sheet(container: HTMLElement): StylesheetJson {
  const page = getComputedStyle(container);
  const colour = (name: string): string => page.getPropertyValue(`--${name}`).trim();
  return [
    { selector: "node", style: {
      label: "data(label)", "font-family": page.fontFamily, "font-size": 13, "min-zoomed-font-size": 6, color: colour("ink"), "text-valign": "bottom", "text-margin-y": 5,
      "text-wrap": "wrap", "text-max-width": "130px", "text-background-color": colour("raised"), "text-background-opacity": 0.85, "text-background-padding": "2px",
      width: 18, height: 18, "background-color": colour("soft") } },
    { selector: "node.source", style: { shape: "round-rectangle", width: 24, height: 24, "background-color": colour("accent") } },
    { selector: "node.left", style: { "text-halign": "left", "text-valign": "center", "text-margin-x": -6, "text-margin-y": 0, "text-wrap": "ellipsis" } },
    { selector: "node.right", style: { "text-halign": "right", "text-valign": "center", "text-margin-x": 6, "text-margin-y": 0, "text-wrap": "ellipsis" } },
    { selector: "edge", style: {
      width: 1.5, "line-color": colour("soft"), "target-arrow-color": colour("soft"), "target-arrow-shape": "triangle", "arrow-scale": 0.8, "curve-style": "bezier", opacity: 0.7,
      label: "data(label)", "font-size": 11, "font-family": page.fontFamily, color: colour("soft"), "text-rotation": "autorotate", "text-background-color": colour("raised"), "text-background-opacity": 0.85 } },
  ];
}

function controls(graph: Core, say: Words): HTMLElement {
  const zoom = (factor: number) => () => {
    graph.zoom({ level: graph.zoom() * factor, renderedPosition: { x: graph.width() / 2, y: graph.height() / 2 } });
  };
  return element("div", { class: "controls", role: "group", "aria-label": say("script.graph.view") },
    button("+", zoom(1.25), { "aria-label": say("script.graph.closer") }),
    button("−", zoom(0.8), { "aria-label": say("script.graph.farther") }),
    button(say("script.graph.whole"), () => graph.fit(undefined, MARGIN)));
}
