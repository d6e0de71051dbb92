// What the pictures that a reader can touch have in common: elements, controls, random numbers, cells of the plane.
// Each picture calls touch.start(name, draw); `draw` gets the box whose still picture it replaces.
(() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";

  const squared = (a, b) => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2;

  // The number of the place that is nearest to `p`; of equally near ones the first.
  function nearest(places, p) {
    let best = 0;
    places.forEach((place, i) => { if (squared(place, p) < squared(places[best], p)) best = i; });
    return best;
  }

  // Numbers of `places`, the nearest to `q` first.
  function ranked(places, q) {
    const far = places.map(p => squared(p, q));
    return places.map((_, i) => i).sort((i, j) => far[i] - far[j] || i - j);
  }

  // The part of a picture that is nearer to centre `j` than to any other: cut by one half-plane after the other.
  function cell(centres, j, width, height) {
    let shape = [[0, 0], [width, 0], [width, height], [0, height]];
    centres.forEach((other, i) => {
      if (i === j || squared(other, centres[j]) === 0) return;
      const side = p => squared(p, other) - squared(p, centres[j]);   // at least 0: on the side of centre j
      const cut = [];
      shape.forEach((p, n) => {
        const next = shape[(n + 1) % shape.length], here = side(p), there = side(next);
        if (here >= 0) cut.push(p);
        if ((here >= 0) !== (there >= 0)) {
          const t = here / (here - there);
          cut.push([p[0] + t * (next[0] - p[0]), p[1] + t * (next[1] - p[1])]);
        }
      });
      shape = cut;
    });
    return shape;
  }

  // Random numbers from 0 to 1 that are the same for the same seed (mulberry32).
  function random(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6D2B79F5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }

  // A number of the bell curve, by Box and Muller.
  function normal(draw) { return Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw()); }

  function element(kind, attributes, parent, text) {
    const node = kind.startsWith("svg:") ? document.createElementNS(SVG, kind.slice(4)) : document.createElement(kind);
    for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
    if (text !== undefined) node.textContent = text;
    if (parent) parent.append(node);
    return node;
  }

  function polygon(points) { return points.map(p => p.map(Math.round).join(",")).join(" "); }

  // A slider with its name, and its value beside the name.
  function slider(parent, name, {min, max, value, step = 1, tell = String}, changed) {
    const label = element("label", {}, element("p", {}, parent), `${name} `);
    const number = element("output", {}, label);
    const input = element("input", {type: "range", min, max, step, value}, label);
    const show = () => { number.textContent = tell(Number(input.value)); input.setAttribute("aria-valuetext", number.textContent); };
    input.addEventListener("input", () => { show(); changed(Number(input.value)); });
    show();
    return {input, set(to) { input.value = to; show(); }};
  }

  // A list to choose from; `options` are pairs of a value and its words.
  function choice(parent, name, options, changed) {
    const label = element("label", {}, element("p", {}, parent), `${name} `);
    const select = element("select", {}, label);
    options.forEach(([value, words]) => element("option", {value}, select, words));
    select.addEventListener("change", () => changed(select.value));
    return select;
  }

  function button(parent, name, pressed) {
    const node = element("button", {type: "button"}, parent, name);
    node.addEventListener("click", pressed);
    return node;
  }

  // Lines of a number and what it counts.
  function tell(box, pairs) {
    box.replaceChildren();
    pairs.forEach(([value, words]) => {
      const line = element("span", {}, box);
      element("b", {}, line, value);
      line.append(` ${words}`);
    });
  }

  // Where a pointer is, in the numbers of the picture.
  function place(svg, event) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return [at.x, at.y];
  }

  // Something in the picture that the pointer drags and the arrow keys move.
  function draggable(svg, node, moved, where) {
    node.addEventListener("pointerdown", event => {
      node.setPointerCapture(event.pointerId);
      node.focus({preventScroll: true});
      event.preventDefault();
    });
    node.addEventListener("pointermove", event => { if (node.hasPointerCapture(event.pointerId)) moved(...place(svg, event)); });
    node.addEventListener("keydown", event => {
      const step = event.shiftKey ? 50 : 10;
      const by = {ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step]}[event.key];
      if (!by) return;
      event.preventDefault();
      event.stopPropagation();
      const [x, y] = where();
      moved(x + by[0], y + by[1]);
    });
  }

  function start(name, draw) {
    const begin = () => document.querySelectorAll(`[data-touch="${name}"]`).forEach(box => {
      if (box.dataset.ready) return;
      box.replaceChildren();
      draw(box);
      box.dataset.ready = "yes";
    });
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin); else begin();
  }

  window.touch = {squared, nearest, ranked, cell, random, normal, element, polygon, slider, choice, button, tell, place, draggable, start};
})();
