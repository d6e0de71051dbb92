// K-means step by step: assign every point to its nearest centroid, move every centroid to the mean of its points, again.
(() => {
  "use strict";
  const {squared, nearest, cell, random, normal, element, polygon, slider, choice, button, tell, place, draggable, start} = window.touch;
  const WIDTH = 1000, HEIGHT = 640, STARTS = 50, MOST_POINTS = 400;

  // --- points ------------------------------------------------------------------------------------------------------

  const within = ([x, y]) => [Math.min(WIDTH - 8, Math.max(8, Math.round(x))), Math.min(HEIGHT - 8, Math.max(8, Math.round(y)))];

  function crowds(middles, spread, each, seed) {
    const draw = random(seed);
    return middles.flatMap(([x, y]) => Array.from({length: each},
      () => within([x + spread * normal(draw), y + spread * normal(draw)])));
  }

  function ring(seed) {
    const draw = random(seed);
    return Array.from({length: 160}, () => {
      const angle = 2 * Math.PI * draw(), far = 230 + 22 * normal(draw);
      return within([WIDTH / 2 + 1.5 * far * Math.cos(angle), HEIGHT / 2 + far * Math.sin(angle)]);
    });
  }

  const SETS = {
    pairs: ["three pairs of crowds", () => crowds([[110, 120], [230, 190], [800, 110], [890, 210], [430, 520], [560, 540]], 26, 28, 5)],
    four: ["four crowds", () => crowds([[180, 160], [340, 470], [640, 200], [830, 480]], 52, 40, 3)],
    uneven: ["a large crowd and a small one", () => [...crowds([[640, 330]], 150, 150, 7), ...crowds([[90, 320]], 24, 14, 8)]],
    ring: ["a ring", () => ring(9)],
    own: ["points of your own", () => []],
  };

  // --- k-means -----------------------------------------------------------------------------------------------------

  const labelsOf = (points, centroids) => points.map(p => nearest(centroids, p));
  const inertia = (points, centroids, labels) => points.reduce((sum, p, i) => sum + squared(p, centroids[labels[i]]), 0);

  // A centroid without points stays where it is.
  function means(points, centroids, labels) {
    return centroids.map((c, j) => {
      const own = points.filter((_, i) => labels[i] === j);
      return own.length ? [0, 1].map(axis => own.reduce((sum, p) => sum + p[axis], 0) / own.length) : c;
    });
  }

  const STARTERS = {
    random: ["k points at random", (points, k, draw) => {
      const left = points.slice();
      return Array.from({length: Math.min(k, points.length)}, () => left.splice(Math.floor(draw() * left.length), 1)[0]);
    }],
    "k-means++": ["k-means++: far from those there are", (points, k, draw) => {
      const found = [points[Math.floor(draw() * points.length)]];
      while (found.length < Math.min(k, points.length)) {
        const weights = points.map(p => squared(p, found[nearest(found, p)]));
        let left = draw() * weights.reduce((a, b) => a + b, 0);
        const i = weights.findIndex(w => (left -= w) < 0);
        found.push(points[i < 0 ? points.length - 1 : i]);
      }
      return found;
    }],
    corner: ["all at the left edge", (points, k) =>
      points.slice().sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, k)],
  };

  // Step until nothing changes.
  function run(points, centroids) {
    let labels = labelsOf(points, centroids);
    for (let round = 0; round < 100; round++) {
      centroids = means(points, centroids, labels);
      const next = labelsOf(points, centroids);
      if (next.every((label, i) => label === labels[i])) break;
      labels = next;
    }
    return inertia(points, centroids, labels);
  }

  // The smallest inertia that any of `STARTS` starts ends with.
  function best(points, k) {
    return Math.min(...Array.from({length: STARTS}, (_, seed) => run(points, STARTERS["k-means++"][1](points, k, random(1000 + seed)))));
  }

  const REMEDIES = {
    random: "Press “New start”, or start with k-means++.",
    "k-means++": "Press “New start”.",
    corner: "Start with points at random, or with k-means++.",
  };

  // --- drawing -----------------------------------------------------------------------------------------------------

  const figure = value => Math.round(value / 1000).toLocaleString("en");
  const plural = (n, what) => `${n.toLocaleString("en")} ${what}${n === 1 ? "" : "s"}`;

  function draw(box) {
    const state = {points: SETS.pairs[1](), k: 6, starter: "random", seed: 4};
    const svg = element("svg:svg", {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group", "aria-label": "Points, and centroids with their cells"}, box);
    const areas = element("svg:g", {}, svg), dots = element("svg:g", {}, svg), trails = element("svg:g", {}, svg), marks = element("svg:g", {}, svg);
    const pen = element("svg:g", {class: "pen", tabindex: 0, role: "application",
      "aria-label": "A pen. The arrow keys move it, Enter adds a point."}, svg);
    element("svg:circle", {r: 26, class: "hold"}, pen);
    element("svg:path", {d: "M-11 0h22M0-11v22"}, pen);
    let tip = [WIDTH / 2, HEIGHT / 2];

    const panel = element("div", {class: "panel"}, box);
    const chosen = choice(panel, "Points", Object.entries(SETS).map(([value, [words]]) => [value, words]), value => {
      state.points = SETS[value][1]();
      restart();
    });
    slider(panel, "Clusters, k =", {min: 1, max: 8, value: state.k}, k => { state.k = k; restart(); });
    choice(panel, "Start with", Object.entries(STARTERS).map(([value, [words]]) => [value, words]), value => { state.starter = value; restart(); });
    const buttons = element("p", {class: "buttons"}, panel);
    const step = button(buttons, "Step", advance);
    const all = button(buttons, "Run", () => { while (!state.done && state.centroids.length) advance(); });
    button(buttons, "New start", () => { state.seed++; restart(); });
    const numbers = element("p", {class: "numbers"}, panel);
    const why = element("p", {class: "why", "aria-live": "polite"}, panel);

    function restart() {
      const {points, k, starter, seed} = state;
      const centroids = points.length ? STARTERS[starter][1](points, k, random(seed)).map(p => p.slice()) : [];
      Object.assign(state, {centroids, labels: null, paths: centroids.map(c => [c]), rounds: 0, moving: false, done: false});
      state.best = points.length ? best(points, k) : 0;
      say(points.length ? "Centroids stand where the start put them. The first step assigns every point to the nearest one."
        : "Click into the picture, or move the pen with the arrow keys and press Enter, to add points.");
      show();
    }

    // One half of a round: assign the points, or move the centroids.
    function advance() {
      if (!state.centroids.length || state.done) return;
      if (state.moving) move(); else assign();
      show();
    }

    function assign() {
      const next = labelsOf(state.points, state.centroids);
      const changed = state.labels ? next.filter((label, i) => label !== state.labels[i]).length : next.length;
      state.labels = next;
      if (!changed) return finish();
      state.moving = true;
      say(`Assign: ${plural(changed, "point")} ${changed === 1 ? "goes" : "go"} to another cell. Next, every centroid moves to the mean of its points.`);
    }

    function move() {
      const next = means(state.points, state.centroids, state.labels);
      const far = Math.max(...next.map((c, j) => Math.sqrt(squared(c, state.centroids[j]))));
      state.centroids = next;
      state.paths.forEach((path, j) => path.push(next[j]));
      state.rounds++;
      state.moving = false;
      say(`Move: the centroids are the means of their points; the one that moved farthest went ${Math.round(far)} of ${WIDTH} units. Next, points are assigned again.`);
    }

    function finish() {
      state.done = true;
      const now = inertia(state.points, state.centroids, state.labels);
      if (now <= 1.01 * state.best) return say(`Done after ${plural(state.rounds, "round")}: no point changes its cell. No other start that was tried ends lower.`);
      say(`Stuck after ${plural(state.rounds, "round")}: no point changes its cell, so no step helps, and yet the best of ${STARTS} starts `
        + `ends at ${figure(state.best)} instead of ${figure(now)}. ${lonely()}${REMEDIES[state.starter]}`, "stuck");
    }

    // A centroid that no point is nearest to stays where it is, and its cluster is lost.
    function lonely() {
      const without = state.centroids.filter((_, j) => !state.labels.includes(j)).length;
      return without ? `${plural(without, "centroid")} ${without === 1 ? "has" : "have"} no points. ` : "";
    }

    function say(text, kind) { why.textContent = text; why.classList.toggle("bad", kind === "stuck"); }

    function show() {
      const {points, centroids, labels} = state;
      const shape = centroids.map((_, j) => polygon(cell(centroids, j, WIDTH, HEIGHT)));
      areas.replaceChildren(...shape.map((path, j) => element("svg:polygon", {class: `cell c${j}`, points: path})));
      dots.replaceChildren(...points.map((p, i) => element("svg:circle", {class: labels ? `dot c${labels[i]}` : "dot", cx: p[0], cy: p[1], r: 6})));
      trails.replaceChildren(...state.paths.map((path, j) => element("svg:polyline", {class: `trail c${j}`, points: polygon(path)})));
      marks.replaceChildren(...centroids.map((c, j) => {
        const mark = element("svg:g", {class: `centroid c${j}`, transform: `translate(${c[0]} ${c[1]})`});
        element("svg:circle", {r: 13}, mark);
        element("svg:path", {d: "M-7 0h14M0-7v14"}, mark);
        return mark;
      }));
      pen.setAttribute("transform", `translate(${tip[0]} ${tip[1]})`);
      const now = labels ? inertia(points, centroids, labels) : null;
      tell(numbers, [
        [String(state.rounds), `rounds of ${plural(points.length, "point")} and ${plural(centroids.length, "centroid")}`],
        [now === null ? "–" : figure(now), "inertia: the sum of squared distances to the centroids, in thousands"],
        [points.length ? figure(state.best) : "–", `the best of ${STARTS} starts`],
      ]);
      step.disabled = all.disabled = state.done || !centroids.length;
    }

    function add(at) {
      if (state.points.length >= MOST_POINTS) return;
      state.points = [...state.points, within(at)];
      chosen.value = "own";
      restart();
    }

    svg.addEventListener("click", event => { if (!pen.contains(event.target)) add(place(svg, event)); });
    draggable(svg, pen, (x, y) => { tip = within([x, y]); show(); }, () => tip);
    pen.addEventListener("keydown", event => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); add(tip); } });
    restart();
  }

  start("kmeans", draw);
})();
