// What the pages need beside the theme: keys reach what scrolls, and a picture can be enlarged.
(() => {
  "use strict";
  const SCROLLS = "pre > code, table, .md-typeset__scrollwrap, .output-html, .maths, .md-sidebar__scrollwrap";

  // A block that scrolls sideways can be focused, so that the arrow keys scroll it; one that does not, cannot.
  function reachable() {
    document.querySelectorAll(SCROLLS).forEach(block => {
      const scrolls = block.scrollWidth > block.clientWidth + 1 || block.scrollHeight > block.clientHeight + 1;
      if (scrolls) block.tabIndex = 0; else block.removeAttribute("tabindex");
    });
  }

  const dialog = document.createElement("dialog");
  dialog.className = "enlarged";
  dialog.setAttribute("aria-label", "The picture, enlarged");

  function enlarge(picture) {
    const close = document.createElement("button"), copy = picture.cloneNode();
    const frame = document.createElement("div");
    close.textContent = "Close";
    close.addEventListener("click", () => dialog.close());
    frame.className = "frame " + picture.closest("figure").className;
    frame.tabIndex = 0;
    frame.append(copy);
    dialog.replaceChildren(close, frame);
    dialog.showModal();
    frame.scrollLeft = 0;
  }

  document.querySelectorAll("figure.plot img").forEach(picture => {
    const button = document.createElement("button");
    button.className = "enlarge";
    button.setAttribute("aria-label", "Enlarge the picture: " + picture.alt);
    picture.replaceWith(button);
    button.append(picture);
    button.addEventListener("click", () => enlarge(picture));
  });
  dialog.addEventListener("click", event => { if (event.target === dialog) dialog.close(); });
  document.querySelector("article").append(dialog);
  document.querySelectorAll("details").forEach(block => block.addEventListener("toggle", reachable));
  addEventListener("resize", reachable);
  addEventListener("load", reachable);

  // The theme gives every block of code a landmark of its own, for one button.
  const plain = () => document.querySelectorAll("nav.md-code__nav:not([role])").forEach(nav => nav.setAttribute("role", "none"));
  new MutationObserver(plain).observe(document.querySelector(".md-content"), {childList: true, subtree: true});
  plain();
  reachable();
})();
