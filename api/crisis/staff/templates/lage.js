// Zooms and moves the map of the situation page: wheel, drag, pinch, keys and buttons. Without it the links to parts of the
// city do the same in steps. The picture is an SVG, so it stays sharp; signs keep their size.
"use strict";
(() => {
  const map = document.querySelector(".map");
  const sheet = map.querySelector(".sheet"); // never replaced: its overlay is
  const words = map.dataset;
  const MOST = 16;
  const held = new Map(); // pointers on the map, by id
  let zoom = 1;
  let x = 0; // of the sheet's upper left corner, in pixels of the map
  let y = 0;

  function show() {
    const { width, height } = map.getBoundingClientRect();
    x = Math.min(0, Math.max(width * (1 - zoom), x));
    y = Math.min(0, Math.max(height * (1 - zoom), y));
    sheet.style.transform = zoom === 1 ? "" : `translate(${x}px, ${y}px) scale(${zoom})`;
    map.style.setProperty("--zoom", String(zoom));
    map.classList.toggle("zoomed", zoom > 1);
    out.disabled = zoom === 1;
    closer.disabled = zoom === MOST;
  }

  // Zooms by a factor; the place at these pixels of the map stays where it is.
  function scale(factor, atX, atY) {
    const next = Math.min(MOST, Math.max(1, zoom * factor));
    x = atX - ((atX - x) * next) / zoom;
    y = atY - ((atY - y) * next) / zoom;
    zoom = next;
    show();
  }

  function scaleMiddle(factor) {
    const { width, height } = map.getBoundingClientRect();
    scale(factor, width / 2, height / 2);
  }

  function place(event) {
    const { left, top } = map.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  function button(text, label, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "quiet";
    made.textContent = text;
    made.setAttribute("aria-label", label);
    made.addEventListener("click", act);
    bar.append(made);
    return made;
  }

  const bar = document.createElement("div");
  bar.className = "zoom";
  const closer = button("+", words.closer, () => scaleMiddle(2));
  const out = button("−", words.out, () => scaleMiddle(0.5));
  map.append(bar);

  map.addEventListener("wheel", (event) => {
    // Where the page scrolls the wheel does that, unless somebody asks for more.
    if (!event.ctrlKey && document.documentElement.scrollHeight > innerHeight + 1) return;
    event.preventDefault();
    scale(event.deltaY < 0 ? 1.25 : 0.8, ...place(event));
  }, { passive: false });

  map.addEventListener("pointerdown", (event) => {
    if (bar.contains(event.target)) return;
    held.set(event.pointerId, place(event));
    if (zoom > 1) map.setPointerCapture(event.pointerId);
  });
  map.addEventListener("pointermove", (event) => {
    const before = held.get(event.pointerId);
    if (before === undefined) return;
    const now = place(event);
    held.set(event.pointerId, now);
    const other = [...held].find(([id]) => id !== event.pointerId)?.[1];
    if (other !== undefined) {
      const apart = ([atX, atY]) => Math.max(1, Math.hypot(atX - other[0], atY - other[1]));
      scale(apart(now) / apart(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
    } else if (zoom > 1) {
      x += now[0] - before[0];
      y += now[1] - before[1];
      show();
    }
  });
  for (const over of ["pointerup", "pointercancel", "pointerleave"]) {
    map.addEventListener(over, (event) => held.delete(event.pointerId));
  }

  const STEP = 60;
  const keys = {
    "+": () => scaleMiddle(2), "-": () => scaleMiddle(0.5), "0": () => scaleMiddle(1 / zoom),
    ArrowLeft: () => { x += STEP; show(); }, ArrowRight: () => { x -= STEP; show(); },
    ArrowUp: () => { y += STEP; show(); }, ArrowDown: () => { y -= STEP; show(); },
  };
  map.tabIndex = 0;
  map.addEventListener("keydown", (event) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    if (act === undefined || (zoom === 1 && event.key.startsWith("Arrow"))) return;
    event.preventDefault();
    act();
  });
  addEventListener("resize", show);
  show();
})();
// The slider of the times shows the moment while it is dragged, and goes there when it is let go. Links do the same in
// steps without it. Its part of the page is replaced now and then: so it is looked for each time.
(() => {
  const find = () => document.getElementById("slider");
  function show() {
    const slider = find();
    if (slider === null) return;
    slider.parentNode.hidden = false;
    slider.nextElementSibling.value = new Date(+slider.value).toLocaleString(document.documentElement.lang, { timeZone: "Europe/Berlin", dateStyle: "short", timeStyle: "short" });
  }
  document.addEventListener("input", show);
  document.addEventListener("change", ({ target }) => {
    if (target !== find()) return;
    location.assign(+target.value > target.max - 60_000 ? target.dataset.now : target.dataset.href + new Date(+target.value).toISOString());
  });
  const after = document.getElementById("times")?.parentNode;
  if (after) new MutationObserver(show).observe(after, { childList: true });
  show();
})();
