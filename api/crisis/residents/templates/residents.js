// Keeps the residents' page current: asks every few seconds whether all is well and whether the page says something new,
// and then renews what has no form in it. Without this script the page is complete, and says to load it again.
"use strict";
(() => {
  const ASK_MS = 5_000;
  const RENEW_MS = 60_000; // ages grow without news
  const SPREAD_MS = 2_000; // so that not all phones of a box ask for the page at once
  const page = location.pathname.replace(/\/$/, "");
  let reloading = null;
  let renewedAt = Date.now();

  // Takes the place of an EventSource (connection.js): its events are `ping`, and `changed` when the page says something new or is old.
  class Questions extends EventTarget {
    constructor(address) {
      super();
      this.address = address;
      this.readyState = EventSource.CONNECTING;
      this.ask();
    }

    close() {
      this.readyState = EventSource.CLOSED;
      clearTimeout(this.timer);
    }

    async ask() {
      if (!document.hidden) {
        try {
          this.hear(await fetchInTime(this.address, { headers: { Accept: "application/json" }, cache: "no-store" }));
        } catch {
          if (this.readyState === EventSource.CLOSED) return;
          this.readyState = EventSource.CONNECTING;
          this.onerror();
        }
      }
      if (this.readyState !== EventSource.CLOSED) this.timer = setTimeout(() => this.ask(), ASK_MS);
    }

    hear({ answer, text: data }) {
      if (!answer.ok) throw new Error(answer.statusText);
      const { version } = JSON.parse(data);
      if (this.readyState === EventSource.CLOSED) return;
      if (this.readyState !== EventSource.OPEN) {
        this.readyState = EventSource.OPEN;
        this.onopen();
      }
      this.dispatchEvent(new MessageEvent("ping", { data }));
      const isOld = Date.now() - renewedAt > RENEW_MS;
      if (isOld || version !== document.body.dataset.version) this.dispatchEvent(new MessageEvent("changed"));
    }
  }

  const live = (root) => [...root.querySelectorAll("[data-live]")];

  const isInUse = (part) => part.contains(document.activeElement) || part.contains(getSelection().anchorNode);

  function replace(part, fresh) {
    const link = part.contains(document.activeElement) ? document.activeElement.href : null;
    part.replaceWith(fresh);
    if (link !== null) [...fresh.querySelectorAll("a")].find((each) => each.href === link)?.focus({ preventScroll: true });
  }

  async function reload() {
    reloading = null;
    try {
      const { fresh } = await connection.fetchPage(location.href);
      if (fresh === null) return;
      const shown = live(document);
      const found = live(fresh);
      if (shown.length !== found.length) return location.reload();
      const isNews = fresh.body.dataset.version !== document.body.dataset.version;
      shown.forEach((part, number) => {
        if (part.outerHTML !== found[number].outerHTML && (isNews || !isInUse(part))) replace(part, found[number]);
      });
      renewedAt = Date.now();
      document.title = fresh.title;
      document.body.dataset.version = fresh.body.dataset.version;
      connection.shown(fresh);
    } catch {
      // Away for a moment: the next answer asks again, and the page says that it is old.
    }
  }

  function reloadSoon() {
    reloading ??= setTimeout(reload, Math.random() * SPREAD_MS);
  }

  const connection = watchConnection({
    address: `${page}/live`,
    connect: (address) => new Questions(address),
    kinds: ["changed"],
    onEvent: reloadSoon,
    reload: reloadSoon,
    words,
  });
})();
