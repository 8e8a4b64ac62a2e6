/**
 * The only script that every page loads. A page is complete without it; what has `data-view` becomes more than that:
 *
 *   <figure class="map" data-view="map">     a table of countries, `<tr data-country="RU" data-count="3">`: see map.ts
 *   <figure class="graph" data-view="graph"> a table of edges, `<tr data-source="…" data-target="…">`: see graph.ts
 *   <div data-view="table">                  a table that can be sorted and turned page by page: see table.ts
 *   <section data-view="editor">             the SPARQL form: see editor.ts
 *
 * The code of a view is loaded when the element comes near the screen, and no sooner.
 */
interface View {
  show(element: HTMLElement): Promise<void> | void;
}

const VIEWS: Record<string, () => Promise<View>> = {
  editor: () => import("./editor"),
  graph: () => import("./graph"),
  map: () => import("./map"),
  table: () => import("./table"),
};

const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      const element = target as HTMLElement;
      void VIEWS[element.dataset["view"] ?? ""]?.().then((view) => view.show(element));
    }
  },
  { rootMargin: "200px" },
);

for (const element of document.querySelectorAll<HTMLElement>("[data-view]")) near.observe(element);
