// Keeps a chart in a frame current while somebody can see it. Without this script it is as old as it says.
"use strict";
(() => {
  const RENEW_MS = 300_000;
  async function renew() {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(10_000) });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
      const main = document.querySelector("main");
      if (main.querySelector("details[open]")) fresh.querySelector("details")?.setAttribute("open", "");
      main.replaceWith(fresh);
    } catch {
      // Away for a moment: the chart says of when it is, and the next round tries again.
    }
  }
  setInterval(renew, RENEW_MS);
  document.addEventListener("visibilitychange", renew);
})();
