// Headlines on a map, divided into cells as an inverted file divides vectors: move the question, open more cells, see what is missed.
// All distances, cells and neighbours are those of the plane that is drawn.
(() => {
  "use strict";
  const {squared, ranked, cell, element, polygon, slider, choice, tell, place, draggable} = window.touch;
  const K = 10, ORDINALS = ["nearest", "2nd nearest", "3rd nearest"];

  // --- what an inverted file does, in the plane -------------------------------------------------------------------

  // The cell of each point: its nearest centre.
  function cellsOf(points, centres) { return points.map(p => ranked(centres, p)[0]); }

  // What a search in the `nprobe` nearest cells compares, finds and misses.
  function search(points, centres, cells, q, nprobe) {
    const order = ranked(centres, q), opened = new Set(order.slice(0, nprobe));
    const read = points.map((_, i) => i).filter(i => opened.has(cells[i]));
    const truth = ranked(points, q).slice(0, K);
    const found = truth.filter(i => opened.has(cells[i])), missed = truth.filter(i => !opened.has(cells[i]));
    return {order, opened, read, truth, found, missed, recall: found.length / K};
  }

  // --- drawing -----------------------------------------------------------------------------------------------------

  function draw(box) {
    const {width, height, points, centres, questions, labels} = window.minivecdbMap;
    const cells = cellsOf(points, centres);
    const state = {q: questions[0].at.slice(), nprobe: 1};

    const svg = element("svg:svg", {viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label":
      `A map of ${points.length} headlines in ${centres.length} cells. The question is a star among them.`}, box);
    const areas = centres.map((_, j) => element("svg:polygon",
      {class: "cell", points: polygon(cell(centres, j, width, height))}, svg));
    const reach = element("svg:circle", {class: "reach"}, svg);
    const dots = points.map(p => element("svg:circle", {cx: p[0], cy: p[1], r: 5}, svg));
    const marks = centres.map(c => element("svg:path", {class: "centre", d: `M${c[0] - 6} ${c[1]}h12M${c[0]} ${c[1] - 6}v12`}, svg));
    labels.forEach(([x, y, genre]) => element("svg:text", {x, y: y - 12}, svg, genre));
    const lost = element("svg:g", {class: "lost"}, svg);
    const star = element("svg:g", {class: "star", tabindex: 0, role: "application", "aria-label": "The question. The arrow keys move it."}, svg);
    element("svg:circle", {r: 34, class: "hold"}, star);
    element("svg:path", {d: "M0-17 4.6-6 17-5 7.4 3 10.5 15 0 8.6-10.5 15-7.4 3-17-5-4.6-6Z"}, star);

    const panel = element("div", {class: "panel"}, box);
    const select = choice(panel, "Question", questions.map((question, i) => [i, question.text]), chosen => { state.q = questions[chosen].at.slice(); show(); });
    const own = element("option", {value: "", disabled: "", hidden: ""}, select, "where you put the star");
    const opens = slider(panel, "Cells to open, nprobe", {min: 1, max: centres.length, value: 1, tell: n => `${n} of ${centres.length}`}, n => { state.nprobe = n; show(); });
    const numbers = element("p", {class: "numbers", "aria-live": "polite"}, panel);
    const why = element("p", {class: "why"}, panel);
    const list = element("ol", {}, panel);

    function show() {
      const {q, nprobe} = state, now = search(points, centres, cells, q, nprobe);
      const read = new Set(now.read), found = new Set(now.found), missed = new Set(now.missed);
      areas.forEach((area, j) => area.setAttribute("class", now.opened.has(j) ? "cell open" : "cell"));
      marks.forEach((mark, j) => mark.setAttribute("class", now.opened.has(j) ? "centre open" : "centre"));
      dots.forEach((dot, i) => {
        dot.setAttribute("class", found.has(i) ? "found" : missed.has(i) ? "missed" : read.has(i) ? "read" : "unread");
        dot.setAttribute("r", found.has(i) || missed.has(i) ? 8 : read.has(i) ? 6 : 5);
      });
      lost.replaceChildren();
      now.missed.forEach(i => element("svg:path", {d: `M${points[i][0] - 10} ${points[i][1] - 10}l20 20m0-20l-20 20`}, lost));
      const far = Math.sqrt(squared(points[now.truth[K - 1]], q));
      Object.entries({cx: q[0], cy: q[1], r: Math.round(far + 9)}).forEach(([name, value]) => reach.setAttribute(name, value));
      star.setAttribute("transform", `translate(${q[0]} ${q[1]})`);
      opens.set(nprobe);
      say(now);
    }

    function say(now) {
      tell(numbers, [
        [String(centres.length + now.read.length), `compared: ${centres.length} centres and ${now.read.length} of ${points.length} headlines`],
        [now.recall.toFixed(1), `recall@${K}: ${now.found.length} of the ${K} nearest found`]]);
      why.textContent = reason(now);
      list.replaceChildren();
      now.truth.forEach(i => {
        const item = element("li", {class: now.opened.has(cells[i]) ? "found" : "missed"}, list, points[i][2]);
        if (!now.opened.has(cells[i])) element("strong", {}, item, " missed");
      });
    }

    // Why a neighbour was missed: its cell is not among those that were opened.
    function reason(now) {
      if (!now.missed.length) return `All ${K} nearest headlines lie in the open cells.`;
      const i = now.missed[0], place = now.order.indexOf(cells[i]);
      const nth = ORDINALS[place] || `${place + 1}th nearest`;
      const open = now.opened.size === 1 ? "only the nearest is open" : `only the ${now.opened.size} nearest are open`;
      return `Missed “${points[i][2]}”: it lies across a border, in the cell whose centre is the ${nth} to the question, and ${open}.`;
    }

    function move(x, y) {
      state.q = [Math.min(width - 5, Math.max(5, Math.round(x))), Math.min(height - 5, Math.max(5, Math.round(y)))];
      own.selected = true;
      show();
    }

    draggable(svg, star, move, () => state.q);
    svg.addEventListener("click", event => { if (!star.contains(event.target)) move(...place(svg, event)); });
    show();
  }

  window.touch.start("map", draw);
})();
