// Keeps the page current: new readings go into their rows, ages count, and what is new to the page is fetched.
// Without this script the page is complete and as old as it says.
"use strict";
(() => {
  const words = JSON.parse(document.body.dataset.words);
  const german = document.documentElement.lang === "de";
  const RELOAD_MS = 30_000; // presence, mode and power do not come with the readings
  const SOON_MS = 2_500; // the server reads values anew after 2 s (city.py)
  const ages = countAges(words, Number(words.old_s));
  let reloading = null;
  let calmed = null;

  const rowOf = (key) => document.querySelector(`tr[data-key="${CSS.escape(key)}"]`);

  function writeNumber(value) {
    const size = Math.abs(value);
    const decimals = size >= 1000 ? 0 : size >= 100 ? 1 : 2;
    let text = value.toFixed(decimals);
    if (decimals) text = text.replace(/\.?0+$/, "");
    if (text === "-0") text = "0";
    return text.replace("-", "\u2212").replace(".", german ? "," : ".");
  }

  function put(reading) {
    const row = rowOf(`${reading.box}/${reading.source}/${reading.quantity}`);
    if (row === null) return false;
    const time = row.querySelector("time");
    if (Date.parse(reading.measured_at) <= Date.parse(time.dateTime)) return true; // a late one is not the newest
    time.dateTime = reading.measured_at;
    row.querySelector("b").textContent = writeNumber(reading.value);
    row.querySelector(".unit").textContent = words.units[reading.unit] ?? reading.unit;
    row.querySelector(".flags").replaceChildren(
      ...reading.flag.map((slug) => {
        const tag = document.createElement("span");
        tag.className = "tag warn";
        tag.textContent = words[`flag_${slug}`] ?? slug;
        return tag;
      }),
    );
    row.classList.remove("new");
    void row.offsetWidth; // starts the animation again
    row.classList.add("new");
    return true;
  }

  // Fetches the page again and takes its boxes: for boxes and quantities that are new, and for status.
  async function reload() {
    clearTimeout(reloading);
    reloading = setTimeout(reload, RELOAD_MS);
    if (document.hidden) return;
    try {
      const { fresh } = await connection.fetchPage(location.href);
      if (fresh === null) return;
      const boxes = fresh.getElementById("boxes");
      if (boxes === null) return location.reload();
      ages.learn(Date.parse(fresh.body.dataset.now));
      for (const details of document.querySelectorAll("details[open]")) {
        boxes.querySelector(`details[data-folded="${CSS.escape(details.dataset.folded)}"]`)?.setAttribute("open", "");
      }
      for (const id of ["emergencies", "overview", "year", "boxes"]) {
        const [now, then] = [document.getElementById(id), fresh.getElementById(id)];
        if (now !== null && then !== null && now.innerHTML !== then.innerHTML) now.replaceWith(then);
      }
      document.querySelector("#totals > span").textContent = fresh.querySelector("#totals > span").textContent;
      connection.shown(fresh);
      ages.tick();
    } catch {
      // Away for a moment: the next round tries again, and the page says that it is old.
    }
  }

  function reloadSoon() {
    clearTimeout(reloading);
    reloading = setTimeout(reload, SOON_MS);
  }

  // Without cards the map is what readings change: it is fetched anew, but not for each of hundreds of boxes.
  const hasCards = document.querySelector("[data-box]") !== null;
  const CALM_MS = 10_000;

  function receive(event) {
    if (event.type !== "readings") return reloadSoon();
    if (!hasCards) {
      calmed ??= setTimeout(() => { calmed = null; reload(); }, CALM_MS);
      return;
    }
    const { items } = JSON.parse(event.data);
    const known = items.map(put);
    if (known.includes(false)) reloadSoon();
    const last = items.at(-1);
    if (last) ages.learn(Date.parse(last.measured_at) + last.age_s * 1000);
    ages.tick();
  }

  const connection = watchConnection({
    address: words.stream_address,
    kinds: ["readings", "available", "gap"],
    onEvent: receive,
    reload: reloadSoon,
    words,
  });
  reloading = setTimeout(reload, RELOAD_MS);
  document.addEventListener("visibilitychange", () => document.hidden || reload());
})();
