// Keeps the page of a box current: its values while it sends, its charts as long as their time goes on.
// Without this script the page is complete and as old as it says.
"use strict";
(() => {
  const words = JSON.parse(document.body.dataset.words);
  const RELOAD_MS = 60_000;
  const SOON_MS = 5_000;
  const ages = countAges(words, Number(words.old_s));
  let reloading = null;

  function enlivenAll() {
    for (const figure of document.querySelectorAll("figure.chart-figure")) enliven(figure, words);
  }

  // Fetches the page again and takes its parts, but for the chart that somebody reads right now.
  async function reload() {
    clearTimeout(reloading);
    reloading = setTimeout(reload, RELOAD_MS);
    if (document.hidden) return;
    try {
      const { fresh } = await connection.fetchPage(location.href);
      if (fresh === null) return;
      for (const part of document.querySelectorAll("[data-part]")) {
        const found = fresh.querySelector(`[data-part="${CSS.escape(part.dataset.part)}"]`);
        if (found === null) return location.reload();
        if (part.matches(":focus-within, :hover")) continue;
        if (part.innerHTML === found.innerHTML && part.dataset.to === found.dataset.to) continue;
        for (const details of part.querySelectorAll("details[open]")) {
          found.querySelector(`details[data-name="${CSS.escape(details.dataset.name)}"]`)?.setAttribute("open", "");
        }
        part.replaceWith(found);
        if (found.matches("figure.chart-figure")) enliven(found, words);
      }
      ages.learn(Date.parse(fresh.body.dataset.now));
      ages.tick();
      connection.shown(fresh);
    } catch {
      // Away for a moment: the next round tries again, and the page says that it is old.
    }
  }

  let isAwaited = false;
  function reloadSoon() {
    if (isAwaited) return; // a box that sends all the time must not put it off for ever
    isAwaited = true;
    setTimeout(() => {
      isAwaited = false;
      reload();
    }, SOON_MS);
  }

  const main = document.getElementById("content").querySelector("[data-box]");
  if (main === null) return; // there is no such box
  const root = document.querySelector(".brand a").pathname.replace(/\/$/, ""); // what a proxy puts before our paths
  const connection = watchConnection({
    address: `${root}/v1/stream?box=${encodeURIComponent(main.dataset.box)}`,
    kinds: ["readings", "available", "gap"],
    onEvent: reloadSoon,
    reload,
    words,
  });
  enlivenAll();
  reloading = setTimeout(reload, RELOAD_MS);
  document.addEventListener("visibilitychange", () => document.hidden || reload());
})();
