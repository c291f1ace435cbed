// Is this page live? One rule for every page: it is green only while the server's pings come, each part that they name
// works, and the page was fetched since the last outage. Everything else is amber, with a banner that says since when.
// Parts for which a page has no words are no matter to its readers. `connect` makes the source of events: a stream, or
// what looks like one.
// `onEvent` gets the events of these `kinds`; `reload` fetches the page by `fetchPage` and then calls `shown`; with
// `needsReload` also at the first connection, for pages on which every event counts.
"use strict";
// An answer and its text. Rejects when they do not come in time. (Older phones do not have AbortSignal.timeout.)
async function fetchInTime(address, options) {
  const FETCH_MS = 10_000;
  const aborting = new AbortController();
  const timer = setTimeout(() => aborting.abort(), FETCH_MS);
  try {
    const answer = await fetch(address, { credentials: "same-origin", signal: aborting.signal, ...options });
    return { answer, text: await answer.text() };
  } finally {
    clearTimeout(timer);
  }
}

function watchConnection({ address, kinds, onEvent, reload, needsReload, words, connect = (url) => new EventSource(url) }) {
  const SILENT_MS = 15_000; // three pings
  const AWAKE_MS = 3_000;
  const AGAIN_MS = 5_000;
  const WITH_DAY_MS = 12 * 3_600_000;
  const pill = document.getElementById("connection");
  const outages = document.getElementById("outages");
  const asOf = document.getElementById("as-of");
  const startedAt = Date.now();
  let source = null;
  let hasOpened = false;
  let openedAt = 0;
  let heardAt = Date.now(); // by this device's clock: it measures silence
  let awakeAt = 0; // a page that nobody looked at may be silent a little longer before it says so
  let livedAt = document.body.dataset.now; // by the server's clock: it tells people since when
  let fetchedAt = livedAt;
  let parts = null; // of the last ping of this connection
  let isFresh = true; // what is shown was fetched since the last outage
  let staleAt = 0;
  let isReplaced = false; // this reader has more pages open than may be live: only those that are looked at are

  function clock(at) {
    const isLongAgo = Date.parse(livedAt) + (Date.now() - heardAt) - Date.parse(at) > WITH_DAY_MS;
    const format = { timeZone: "Europe/Berlin", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    const text = new Date(at).toLocaleTimeString("de-DE", format);
    if (!isLongAgo) return text;
    return `${new Date(at).toLocaleDateString("de-DE", { timeZone: "Europe/Berlin", day: "2-digit", month: "2-digit" })} ${text}`;
  }

  const isSilent = () => Date.now() - heardAt > SILENT_MS && Date.now() - awakeAt > AWAKE_MS;

  function findOutages() {
    if (isSilent()) return [{ name: "server", since: livedAt }]; // of its parts nothing is known
    const found = (parts ?? []).filter((part) => !part.ok);
    if (!isFresh && Date.now() - staleAt > SILENT_MS) found.push({ name: "page", since: fetchedAt });
    return found;
  }

  function show() {
    const found = findOutages();
    const isLive = source?.readyState === EventSource.OPEN && parts !== null && isFresh;
    const state = isSilent() ? "lost" : found.length ? "partly" : isLive ? "live" : "connecting";
    if (pill.textContent !== words[state]) pill.textContent = words[state];
    pill.className = `pill ${state === "live" ? "good" : "warn"}`;
    document.body.classList.toggle("stale", found.length > 0);
    const texts = found
      .map((each) => words[`outage_${each.name}`].replace("{}", clock(each.since)).replace("{n}", each.waiting))
      .filter((text) => text !== "");
    if (texts.join("\n") !== [...outages.children].map((each) => each.textContent).join("\n")) {
      outages.replaceChildren(
        ...texts.map((text) => {
          const line = document.createElement("p");
          line.textContent = text;
          return line;
        }),
      );
    }
    const oldest = found.map((each) => each.since).sort()[0];
    if (asOf !== null) asOf.textContent = oldest === undefined ? "" : `(${words.as_of.replace("{}", clock(oldest))})`;
  }

  function stale() {
    if (isFresh) staleAt = Date.now();
    isFresh = false;
  }

  function hear(ping) {
    const wasAway = findOutages().length > 0;
    heardAt = Date.now();
    livedAt = ping.now;
    parts = ping.parts.filter((part) => words[`outage_${part.name}`] !== undefined);
    if (wasAway && parts.every((part) => part.ok)) {
      stale();
      reload();
    }
    show();
  }

  function open() {
    source?.close();
    openedAt = Date.now();
    parts = null;
    source = connect(address);
    source.onopen = () => {
      // What came while there was no connection is not shown yet.
      if (hasOpened || Date.now() - startedAt > SILENT_MS) stale();
      if (!isFresh || needsReload) reload();
      hasOpened = true;
      show();
    };
    source.onerror = () => {
      parts = null;
      show();
    };
    isReplaced = false;
    source.addEventListener("end", (event) => {
      isReplaced = JSON.parse(event.data).reason === "replaced";
      if (!isReplaced) return;
      source.close(); // else every page would take the place of another one, for ever
      parts = null;
      show();
    });
    source.addEventListener("ping", (event) => hear(JSON.parse(event.data)));
    for (const kind of kinds) source.addEventListener(kind, onEvent);
    show();
  }

  function look() {
    // A connection can be dead without an error, and a browser gives up on one that was refused.
    const isDead = source.readyState === EventSource.CLOSED || Date.now() - heardAt > SILENT_MS;
    if (isDead && !(isReplaced && document.hidden) && Date.now() - openedAt > AGAIN_MS) open();
    show();
  }

  // A phone that slept looks at once, and until it has looked it is not green.
  function wake() {
    if (document.hidden || Date.now() - heardAt <= SILENT_MS) return;
    awakeAt = Date.now();
    open();
  }

  // Fetches a page; the document of an answer that is one, else null. Rejects when there is no answer in time.
  async function fetchPage(url, headers = {}) {
    try {
      const { answer, text } = await fetchInTime(url, { headers: { Accept: "text/html", ...headers } });
      if (!answer.ok && answer.status !== 304) stale();
      return { answer, fresh: answer.ok ? new DOMParser().parseFromString(text, "text/html") : null };
    } catch (error) {
      stale();
      show();
      throw error;
    }
  }

  // What was fetched is shown now; `shownAt`: what is shown was found to be still so.
  function shownAt(now) {
    fetchedAt = now;
    isFresh = true;
    show();
  }
  function shown(fresh) {
    const [made, then] = [document, fresh].map((each) => each.querySelector("time[data-made]"));
    if (made !== null && then !== null) made.replaceWith(then);
    shownAt(fresh.body.dataset.now);
  }

  open();
  setInterval(look, 1_000);
  document.addEventListener("visibilitychange", wake);
  // A browser may keep a page that was left, with its stream: six of them, and no other page of this server would load.
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", (event) => event.persisted && open());
  return { fetchPage, shown, shownAt };
}
