// Charts answer: a line follows the pointer or the arrow keys and says the exact value, and a range that is drawn across
// a chart is opened. Without this script a chart is a picture with a table and links to other times.
//
// A chart is `figure.chart-figure` with `data-from`, `data-to` (ms since 1970), `data-tz`, `data-unit` and
// `data-decimals`; in it are `.plot` with the picture, `output`, and a link `a.exact` to its values as JSON.
"use strict";
function enliven(figure, words) {
  const DRAWN_PX = 12; // less is a click
  const LEAST_MS = 3_600_000;
  const SVG = "http://www.w3.org/2000/svg";
  const plot = figure.querySelector(".plot");
  const picture = plot.querySelector("svg");
  const output = figure.querySelector("output");
  const from = Number(figure.dataset.from);
  const to = Number(figure.dataset.to);
  const language = document.documentElement.lang;
  const numbers = new Intl.NumberFormat(language, {
    minimumFractionDigits: Number(figure.dataset.decimals),
    maximumFractionDigits: Number(figure.dataset.decimals),
  });
  let asked = null;
  let steps = null; // {at, end, value} of each, oldest first
  let chosen = null;
  let drawnFrom = null;

  const hover = document.createElementNS(SVG, "line");
  hover.setAttribute("class", "c-hover");
  hover.setAttribute("y1", "16");
  hover.setAttribute("y2", String(picture.height.baseVal.value - 20));
  const range = document.createElementNS(SVG, "rect");
  range.setAttribute("class", "c-chosen");
  range.setAttribute("y", "16");
  range.setAttribute("height", String(picture.height.baseVal.value - 36));

  async function load() {
    asked ??= fetchInTime(figure.querySelector("a.exact").href, {});
    try {
      const { answer, text } = await asked;
      if (!answer.ok) throw new Error(String(answer.status));
      const found = JSON.parse(text);
      const [series] = found.items;
      const values = series.averaging === "none" ? series.last : series.avg;
      const width = found.bucket_s * 1000;
      steps = series.at.map((at, n) => ({ at: Date.parse(at), end: Date.parse(at) + width, value: values[n] }));
    } catch {
      asked = null; // the next look tries again
      output.textContent = words.chart_away;
    }
  }

  const share = (ms) => `${(((ms - from) / (to - from)) * 100).toFixed(3)}%`;
  const momentAt = (event) => {
    const box = plot.getBoundingClientRect();
    const part = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    return from + part * (to - from);
  };

  function told(step) {
    const isDay = step.end - step.at >= 20 * 3_600_000;
    const format = isDay ? { dateStyle: "full" } : { dateStyle: "medium", timeStyle: "short" };
    const time = new Intl.DateTimeFormat(language, { ...format, timeZone: figure.dataset.tz }).format(step.at);
    if (step.value === null) return `${time}: ${words.chart_nothing}`;
    return `${time}: ${numbers.format(step.value).replace("-", "\u2212")} ${figure.dataset.unit}`;
  }

  function choose(number) {
    chosen = Math.min(steps.length - 1, Math.max(0, number));
    const step = steps[chosen];
    const middle = share((step.at + step.end) / 2);
    hover.setAttribute("x1", middle);
    hover.setAttribute("x2", middle);
    if (!hover.isConnected) picture.append(hover);
    output.textContent = told(step);
    plot.setAttribute("aria-valuenow", String(chosen));
    plot.setAttribute("aria-valuemax", String(steps.length - 1));
    plot.setAttribute("aria-valuetext", output.textContent);
  }

  function nearest(ms) {
    let low = 0;
    let high = steps.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (steps[middle].end <= ms) low = middle + 1;
      else high = middle;
    }
    const before = steps[low - 1];
    return before && ms < steps[low].at && ms - before.end < steps[low].at - ms ? low - 1 : low;
  }

  function forget() {
    chosen = null;
    hover.remove();
    output.textContent = "";
  }

  function open(start, end) {
    const middle = (start + end) / 2;
    const half = Math.max(LEAST_MS, end - start) / 2;
    const address = new URL(figure.querySelector("a.only").href);
    address.searchParams.delete("span");
    const write = (ms) => new Date(Math.round(ms / 60_000) * 60_000).toISOString().replace(".000Z", "Z");
    address.searchParams.set("from", write(middle - half));
    address.searchParams.set("to", write(middle + half));
    location.assign(address);
  }

  async function follow(event) {
    const ms = momentAt(event);
    if (drawnFrom !== null) {
      const [left, right] = [drawnFrom.ms, ms].sort((one, other) => one - other);
      range.setAttribute("x", share(left));
      range.setAttribute("width", `${(((right - left) / (to - from)) * 100).toFixed(3)}%`);
      if (!range.isConnected) picture.append(range);
    }
    if (steps === null) await load();
    if (steps?.length) choose(nearest(ms));
  }

  async function key(event) {
    const moves = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };
    const isKnown = event.key in moves || ["Home", "End", "Enter", "Escape"].includes(event.key);
    if (!isKnown || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    if (event.key === "Escape") return forget();
    if (steps === null) await load();
    if (!steps?.length) return;
    if (event.key === "Enter") {
      if (chosen === null) return;
      const middle = (steps[chosen].at + steps[chosen].end) / 2;
      return open(middle - (to - from) / 8, middle + (to - from) / 8);
    }
    const last = steps.length - 1;
    if (event.key === "Home") choose(0);
    else if (event.key === "End") choose(last);
    else choose(chosen === null ? last : chosen + moves[event.key]);
  }

  plot.tabIndex = 0;
  plot.setAttribute("role", "slider");
  plot.setAttribute("aria-labelledby", picture.getAttribute("aria-labelledby").split(" ")[0]);
  plot.setAttribute("aria-valuemin", "0");
  plot.setAttribute("aria-valuemax", "0");
  plot.setAttribute("aria-valuenow", "0");
  plot.setAttribute("aria-valuetext", words.chart_how);
  plot.title = words.chart_how;
  plot.addEventListener("keydown", key);
  plot.addEventListener("pointermove", follow);
  plot.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch") return follow(event); // drawing across would be scrolling
    if (event.button !== 0) return;
    drawnFrom = { x: event.clientX, ms: momentAt(event) };
    plot.setPointerCapture(event.pointerId);
    event.preventDefault();
    plot.focus({ preventScroll: true });
  });
  plot.addEventListener("pointerup", (event) => {
    const begun = drawnFrom;
    drawnFrom = null;
    range.remove();
    if (begun === null || Math.abs(event.clientX - begun.x) < DRAWN_PX) return;
    const [start, end] = [begun.ms, momentAt(event)].sort((one, other) => one - other);
    open(start, end);
  });
  plot.addEventListener("pointercancel", () => {
    drawnFrom = null;
    range.remove();
  });
  plot.addEventListener("pointerleave", () => {
    if (drawnFrom === null && document.activeElement !== plot) forget();
  });
  plot.addEventListener("blur", forget);
}
