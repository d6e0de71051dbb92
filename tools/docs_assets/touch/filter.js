// A filter beside a search in cells: what is found and what is compared when the filter comes after, inside, or decides how far to read.
(() => {
  "use strict";
  const {squared, nearest, ranked, cell, random, normal, element, polygon, slider, choice, tell, place, draggable, start} = window.touch;
  const WIDTH = 1000, HEIGHT = 640, K = 10, EVERY = 600, CELLS = 24;
  const SHARES = [1, .5, .25, .1, .05, .02, .01];

  // --- points, cells, filters --------------------------------------------------------------------------------------

  const within = ([x, y]) => [Math.min(WIDTH - 8, Math.max(8, Math.round(x))), Math.min(HEIGHT - 8, Math.max(8, Math.round(y)))];

  const POINTS = (() => {
    const draw = random(21);
    const middles = Array.from({length: 9}, () => [WIDTH * (.1 + .8 * draw()), HEIGHT * (.1 + .8 * draw())]);
    return Array.from({length: EVERY}, (_, i) => {
      if (i % 5 === 0) return within([WIDTH * draw(), HEIGHT * draw()]);
      const [x, y] = middles[i % middles.length];
      return within([x + 75 * normal(draw), y + 60 * normal(draw)]);
    });
  })();

  const CENTRES = (() => {
    let centres = POINTS.slice(0, CELLS).map(p => p.slice());
    for (let round = 0; round < 20; round++) {
      const sums = centres.map(() => [0, 0, 0]);
      POINTS.forEach(p => { const s = sums[nearest(centres, p)]; s[0] += p[0]; s[1] += p[1]; s[2]++; });
      centres = centres.map((c, j) => sums[j][2] ? [sums[j][0] / sums[j][2], sums[j][1] / sums[j][2]] : c);
    }
    return centres;
  })();

  const CELL = POINTS.map(p => nearest(CENTRES, p));

  // The rows that match, in the order in which a smaller share keeps them.
  const ORDERS = {
    anywhere: ["anywhere", (() => {
      const draw = random(31);
      return POINTS.map((_, i) => [draw(), i]).sort((a, b) => a[0] - b[0]).map(o => o[1]);
    })()],
    corner: ["near the upper right corner", ranked(POINTS, [WIDTH, 0])],
  };

  // --- three ways to search ----------------------------------------------------------------------------------------

  const nearestOf = (rows, q, k) => rows.map(i => [squared(POINTS[i], q), i]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, k).map(o => o[1]);
  const rowsOf = cells => { const open = new Set(cells); return POINTS.map((_, i) => i).filter(i => open.has(CELL[i])); };

  const WAYS = {
    after: ["after the search", (q, nprobe, matching) => {
      const cells = ranked(CENTRES, q).slice(0, nprobe), rows = rowsOf(cells);
      return {cells, compared: rows, answer: nearestOf(rows, q, K).filter(i => matching.has(i))};
    }],
    inside: ["inside the open cells", (q, nprobe, matching) => {
      const cells = ranked(CENTRES, q).slice(0, nprobe), rows = rowsOf(cells).filter(i => matching.has(i));
      return {cells, compared: rows, answer: nearestOf(rows, q, K)};
    }],
    // As many matching rows are measured as an unfiltered search measures rows; all of them, where there are no more.
    budget: ["open cells until enough match", (q, nprobe, matching) => {
      const order = ranked(CENTRES, q), budget = Math.max(K, rowsOf(order.slice(0, nprobe)).length);
      if (matching.size <= budget) return {cells: [], compared: [...matching], answer: nearestOf([...matching], q, K)};
      const cells = [], compared = [];
      while (compared.length < budget && cells.length < CELLS) {
        cells.push(order[cells.length]);
        compared.push(...rowsOf(cells.slice(-1)).filter(i => matching.has(i)).slice(0, budget - compared.length));
      }
      return {cells, compared, answer: nearestOf(compared, q, K)};
    }],
  };

  // --- drawing -----------------------------------------------------------------------------------------------------

  const percent = share => `${100 * share} %`;

  function draw(box) {
    const state = {way: "after", where: "anywhere", share: 3, nprobe: 4, q: [430, 380]};
    const svg = element("svg:svg", {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group",
      "aria-label": `${EVERY} vectors in ${CELLS} cells. Those that meet a filter are dark. The question is a star.`}, box);
    const areas = element("svg:g", {}, svg), dots = element("svg:g", {}, svg);
    const star = element("svg:g", {class: "star", tabindex: 0, role: "application", "aria-label": "The question. The arrow keys move it."}, svg);
    element("svg:circle", {r: 34, class: "hold"}, star);
    element("svg:path", {d: "M0-17 4.6-6 17-5 7.4 3 10.5 15 0 8.6-10.5 15-7.4 3-17-5-4.6-6Z"}, star);

    const panel = element("div", {class: "panel"}, box);
    slider(panel, "The filter admits", {min: 0, max: SHARES.length - 1, value: state.share, tell: i => percent(SHARES[i])},
      value => { state.share = value; show(); });
    choice(panel, "Those that match lie", Object.entries(ORDERS).map(([value, [words]]) => [value, words]), value => { state.where = value; show(); });
    slider(panel, "Cells to open, nprobe =", {min: 1, max: CELLS, value: state.nprobe}, value => { state.nprobe = value; show(); });
    choice(panel, "Filter", Object.entries(WAYS).map(([value, [words]]) => [value, words]), value => { state.way = value; show(); });
    const numbers = element("p", {class: "numbers"}, panel);
    const table = element("table", {}, panel);
    const why = element("p", {class: "why", "aria-live": "polite"}, panel);

    function show() {
      const {q, nprobe, way} = state, matching = new Set(ORDERS[state.where][1].slice(0, Math.round(SHARES[state.share] * EVERY)));
      const truth = nearestOf([...matching], q, K);
      const results = Object.fromEntries(Object.entries(WAYS).map(([name, [, search]]) => {
        const result = search(q, nprobe, matching);
        return [name, {...result, found: truth.filter(i => result.answer.includes(i))}];
      }));
      const now = results[way], open = new Set(now.cells), compared = new Set(now.compared);
      areas.replaceChildren(...CENTRES.map((_, j) =>
        element("svg:polygon", {class: open.has(j) ? "cell open" : "cell plain", points: polygon(cell(CENTRES, j, WIDTH, HEIGHT))})));
      dots.replaceChildren(...POINTS.map((p, i) => {
        if (truth.includes(i) && !now.found.includes(i)) return element("svg:path", {class: "cross", d: `M${p[0] - 9} ${p[1] - 9}l18 18m0-18l-18 18`});
        const kind = now.found.includes(i) ? "found" : matching.has(i) ? (compared.has(i) ? "read" : "match") : "out";
        return element("svg:circle", {class: `dot ${kind}`, cx: p[0], cy: p[1], r: kind === "found" ? 9 : matching.has(i) ? 7 : 4});
      }));
      star.setAttribute("transform", `translate(${q[0]} ${q[1]})`);
      tell(numbers, [[String(matching.size), `of ${EVERY} vectors match (rings, filled where they are compared); the ${truth.length} nearest are wanted`]]);
      write(results, truth);
      const missed = truth.length - now.found.length;
      why.classList.toggle("bad", missed > 0);
      why.textContent = REASONS[way](missed, truth.length, now, matching);
    }

    function write(results, truth) {
      table.replaceChildren();
      const head = element("tr", {}, element("thead", {}, table));
      ["filter", "found", "compared"].forEach(name => element("th", {scope: "col"}, head, name));
      const body = element("tbody", {}, table);
      Object.entries(results).forEach(([name, result]) => {
        const row = element("tr", name === state.way ? {class: "chosen"} : {}, body);
        element("th", {scope: "row"}, row, WAYS[name][0]);
        element("td", {}, row, `${result.found.length} of ${truth.length}`);
        element("td", {}, row, String(CELLS + result.compared.length));
      });
    }

    const REASONS = {
      after: (missed, wanted, now) => missed
        ? `The search finds the ten nearest of all; only ${now.answer.length} of them ${now.answer.length === 1 ? "matches" : "match"}, and nothing is left to fill the places.`
        : "The ten nearest of all match, so filtering afterwards loses nothing.",
      inside: missed => missed ? "Only vectors that match are compared, but only in the cells that were open anyway. The others lie farther out."
        : "The open cells hold all the nearest that match.",
      budget: (missed, wanted, now, matching) => now.cells.length === 0
        ? `No more vectors match (${matching.size}) than a search without a filter compares: all of them are measured, and the answer is exact.`
        : `Cells are opened outward until as many matching vectors were measured as a search without a filter compares: ${now.cells.length} cells. `
          + (missed ? "A few lie across a border, as in any search in cells." : "Nothing is missed."),
    };

    function move(x, y) { state.q = within([Math.round(x), Math.round(y)]); show(); }

    draggable(svg, star, move, () => state.q);
    svg.addEventListener("click", event => { if (!star.contains(event.target)) move(...place(svg, event)); });
    show();
  }

  start("filter", draw);
})();
