// Keeps the page of a quantity honest: it says when what it shows is from before, and is fetched anew from time to time.
// Without this script the page is complete and as old as it says.
"use strict";
(() => {
  const words = JSON.parse(document.body.dataset.words);
  const RELOAD_MS = 600_000; // days are counted anew after ten minutes (years.py)
  let reloading = null;

  async function reload() {
    clearTimeout(reloading);
    reloading = setTimeout(reload, RELOAD_MS);
    if (document.hidden) return;
    try {
      const { fresh } = await connection.fetchPage(location.href);
      if (fresh === null) return;
      for (const id of ["emergencies", "content"]) {
        const [now, then] = [document.getElementById(id), fresh.getElementById(id)];
        if (now.innerHTML !== then.innerHTML && !now.matches(":focus-within")) now.replaceWith(then);
      }
      connection.shown(fresh);
    } catch {
      // Away for a moment: the next round tries again, and the page says that it is old.
    }
  }

  const connection = watchConnection({
    address: words.stream_address,
    kinds: ["available", "gap"],
    onEvent: reload,
    reload,
    words,
  });
  reloading = setTimeout(reload, RELOAD_MS);
  document.addEventListener("visibilitychange", () => document.hidden || reload());
})();
