// A vector rounded to a few bits: where its code puts it, which neighbours change places, and how rescoring brings them back.
(() => {
  "use strict";
  const {squared, nearest, ranked, cell, random, normal, element, polygon, slider, choice, tell, place, draggable, start} = window.touch;
  const WIDTH = 1000, HEIGHT = 640, K = 10, EVERY = 400, FLOATS = 64;

  // --- points and codes --------------------------------------------------------------------------------------------

  const within = ([x, y]) => [Math.min(WIDTH - 8, Math.max(8, Math.round(x))), Math.min(HEIGHT - 8, Math.max(8, Math.round(y)))];

  const POINTS = (() => {
    const draw = random(11), middles = [[190, 170], [330, 430], [560, 240], [760, 470], [860, 150]];
    return Array.from({length: EVERY}, (_, i) => {
      const [x, y] = middles[i % middles.length];
      return within([x + 95 * normal(draw), y + 80 * normal(draw)]);
    });
  })();

  // Steps of one size from the smallest number to the largest; a number is rounded to the middle of its step.
  function evenSteps(numbers, levels) {
    const low = Math.min(...numbers), step = (Math.max(...numbers) - low) / levels;
    return Array.from({length: levels}, (_, i) => low + (i + .5) * step);
  }

  // Lloyd's k-means from rows that lie evenly in the order of their numbers: the same codewords every time.
  function codewords(rows, k) {
    const sorted = rows.slice().sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    let words = Array.from({length: k}, (_, j) => sorted[Math.floor((j + .5) * rows.length / k)].slice());
    for (let round = 0; round < 25; round++) {
      const sums = words.map(() => [0, 0, 0]);
      rows.forEach(p => { const s = sums[nearest(words, p)]; s[0] += p[0]; s[1] += p[1]; s[2]++; });
      words = words.map((word, j) => sums[j][2] ? [sums[j][0] / sums[j][2], sums[j][1] / sums[j][2]] : word);
    }
    return words;
  }

  const grid = axes => axes[0].flatMap(x => axes[1].map(y => [x, y]));
  const axis = n => POINTS.map(p => p[n]);

  // Each way gives the places that a code of so many bits can stand for.
  const WAYS = {
    scalar: ["every number in even steps", bits => grid([0, 1].map(n => evenSteps(axis(n), 2 ** (bits / 2))))],
    product: ["a codebook for each number", bits => grid([0, 1].map(n =>
      codewords(axis(n).map(v => [v, 0]), 2 ** (bits / 2)).map(w => w[0])))],
    vector: ["one codebook for both numbers", bits => codewords(POINTS, 2 ** bits)],
  };

  // --- drawing -----------------------------------------------------------------------------------------------------

  function draw(box) {
    const state = {way: "scalar", bits: 4, candidates: K, q: [470, 330]};
    const svg = element("svg:svg", {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group",
      "aria-label": `${EVERY} vectors of two numbers, the places that their codes stand for, and a question`}, box);
    const areas = element("svg:g", {}, svg), lines = element("svg:g", {}, svg), dots = element("svg:g", {}, svg);
    const star = element("svg:g", {class: "star", tabindex: 0, role: "application", "aria-label": "The question. The arrow keys move it."}, svg);
    element("svg:circle", {r: 34, class: "hold"}, star);
    element("svg:path", {d: "M0-17 4.6-6 17-5 7.4 3 10.5 15 0 8.6-10.5 15-7.4 3-17-5-4.6-6Z"}, star);

    const panel = element("div", {class: "panel"}, box);
    choice(panel, "Code", Object.entries(WAYS).map(([value, [words]]) => [value, words]), value => { state.way = value; encode(); });
    slider(panel, "Bits of a vector", {min: 2, max: 8, step: 2, value: state.bits, tell: n => `${n} instead of ${FLOATS}`},
      value => { state.bits = value; encode(); });
    slider(panel, "Candidates measured exactly", {min: K, max: 100, step: 5, value: K, tell: n => n === K ? "none" : String(n)},
      value => { state.candidates = value; show(); });
    const numbers = element("p", {class: "numbers"}, panel);
    const why = element("p", {class: "why", "aria-live": "polite"}, panel);

    function encode() {
      state.words = WAYS[state.way][1](state.bits);
      state.codes = POINTS.map(p => nearest(state.words, p));
      state.error = Math.sqrt(POINTS.reduce((sum, p, i) => sum + squared(p, state.words[state.codes[i]]), 0) / EVERY);
      areas.replaceChildren(...state.words.map((_, j) =>
        element("svg:polygon", {class: "cell plain", points: polygon(cell(state.words, j, WIDTH, HEIGHT))})));
      show();
    }

    function search() {
      const truth = ranked(POINTS, state.q).slice(0, K);
      const byCode = ranked(state.codes.map(code => state.words[code]), state.q);
      const measured = byCode.slice(0, state.candidates);
      const exact = state.candidates > K;
      const answer = exact ? measured.map(i => [squared(POINTS[i], state.q), i]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, K).map(o => o[1]) : measured;
      const found = truth.filter(i => answer.includes(i));
      const enough = 1 + Math.max(...truth.map(i => byCode.indexOf(i)));
      return {truth, answer, found, enough, exact};
    }

    function show() {
      const {truth, answer, found, enough, exact} = search();
      const kind = i => truth.includes(i) ? (found.includes(i) ? "found" : "missed") : answer.includes(i) ? "wrong" : "other";
      lines.replaceChildren(...POINTS.flatMap((p, i) => {
        if (kind(i) === "other") return [];
        const word = state.words[state.codes[i]];
        const line = element("svg:path", {class: `move ${kind(i)}`, d: `M${p.map(Math.round)}L${word.map(Math.round)}`});
        return [line, element("svg:rect", {class: `word ${kind(i)}`, x: word[0] - 6, y: word[1] - 6, width: 12, height: 12})];
      }));
      dots.replaceChildren(...POINTS.flatMap((p, i) => {
        if (kind(i) === "missed") return [element("svg:path", {class: "cross", d: `M${p[0] - 9} ${p[1] - 9}l18 18m0-18l-18 18`})];
        return [element("svg:circle", {class: `dot ${kind(i)}`, cx: p[0], cy: p[1], r: kind(i) === "other" ? 5 : 8})];
      }));
      star.setAttribute("transform", `translate(${state.q[0]} ${state.q[1]})`);
      tell(numbers, [
        [`${(FLOATS / state.bits).toFixed(0)}×`, `smaller: ${state.bits} bits name one of ${state.words.length} places (squares)`],
        [String(Math.round(state.error)), "units from a vector to its place, as a root mean square"],
        [(found.length / K).toFixed(1), `recall@${K}: ${found.length} of the ${K} nearest found`],
      ]);
      const all = found.length === K;
      why.classList.toggle("bad", !all);
      if (all) why.textContent = exact ? `The codes choose ${state.candidates} candidates of ${EVERY}, and their exact distances put them in order: nothing is missed.`
        : "By their codes alone the ten nearest are found.";
      else why.textContent = `Crosses are missed, rings are taken for neighbours. Vectors in one cell share a code and lie at one distance, so codes cannot order them. `
        + `All ten are among the first ${enough} by their codes: measure so many candidates exactly, and none is missed.`;
    }

    function move(x, y) { state.q = within([Math.round(x), Math.round(y)]); show(); }

    draggable(svg, star, move, () => state.q);
    svg.addEventListener("click", event => { if (!star.contains(event.target)) move(...place(svg, event)); });
    encode();
  }

  start("rounding", draw);
})();
