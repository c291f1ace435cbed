// Loads the page again once the server has something to show. Until then it stays as it is: a page that reloads all the
// time takes the place where somebody reads, and a screen reader begins anew.
"use strict";
(() => {
  const AGAIN_MS = 1_000 * Number(document.body.dataset.again);
  const UNAVAILABLE = 503;
  const PATIENCE_MS = 15_000;
  const shown = document.querySelector("h1")?.textContent;
  let askedAt = 0; // 0: nothing is asked now

  async function look() {
    if (document.hidden || (askedAt && Date.now() - askedAt < PATIENCE_MS)) return;
    askedAt = Date.now();
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.status !== UNAVAILABLE && fresh.querySelector("h1")?.textContent !== shown) location.reload();
    } catch {
      // The server is away as well: the next round tries again.
    }
    askedAt = 0;
  }

  setInterval(look, AGAIN_MS);
  document.addEventListener("visibilitychange", look);
})();
