// Keeps the overview current: at each event the page is fetched again, and each part that differs is replaced, except
// where somebody types. Without this script the page is complete, and says how old it is.
"use strict";
(() => {
  const body = document.body;
  if ("past" in body.dataset) return; // what was is not fetched again, and grows no older
  const root = location.pathname.split("/crisis/", 1)[0]; // what a proxy puts before our paths
  const page = body.dataset.page ?? "/crisis/staff"; // the page itself, which is fetched again for what is new
  const words = JSON.parse(body.dataset.words);
  body.classList.add("scripted");
  const isDesk = document.getElementById("cards-items") !== null;
  const SOON_MS = 400; // at most so often, however many events come
  const ANYWAY_MS = 30_000; // other nodes report, and calls grow old, without an event
  let ahead = Date.now() - Date.parse(body.dataset.now);
  let timer = null;
  let isDue = false; // the timer stands for news, which do not put it off
  let isFetching = false;
  let wanted = false;
  let etag = null;
  let etagOf = "";

  // -- ages, as the server writes them -------------------------------------------------------------------------------
  function writeAge(seconds) {
    const size = Math.abs(seconds);
    const text =
      size < 120 ? words.s.replace("{}", Math.floor(size))
      : size < 7200 ? words.min.replace("{}", Math.floor(size / 60))
      : size < 172800 ? words.h.replace("{}", Math.floor(size / 3600))
      : words.d.replace("{}", Math.floor(size / 86400));
    return seconds <= -1 ? words.ahead.replace("{}", text) : words.ago.replace("{}", text);
  }

  function tick() {
    const now = Date.now() - ahead;
    for (const time of document.querySelectorAll("time[data-age]")) {
      const text = writeAge((now - Date.parse(time.dateTime)) / 1000);
      if (time.textContent !== text) time.textContent = text;
    }
    const alarm = document.querySelector(".banner.alarm");
    const mark = alarm === null ? "" : "(!) ";
    const title = mark + document.title.replace(/^\(!\) /, "");
    if (document.title !== title) document.title = title;
  }

  // -- replacing what differs ----------------------------------------------------------------------------------------
  // Each page gives a form a new number, and ages grow: neither counts as a difference.
  const contentOf = (node) =>
    node.outerHTML
      .replace(/name="once" value="[^"]*"/g, "")
      .replace(/<div class="meanwhile".*?<\/div>/gs, "")
      .replace(/(<time[^>]*>)[^<]*/g, "$1");
  const received = new WeakMap(); // what the server sent last for an element, before anybody typed into it

  function isTouched(form) {
    if (form.hasAttribute("data-rejected")) return true;
    return [...form.elements].some((field) => {
      if (field.type === "hidden" || field.type === "submit") return false;
      if (field.type === "checkbox") return field.checked !== field.defaultChecked;
      if (field.tagName === "SELECT") {
        return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
      }
      return "defaultValue" in field && field.value !== field.defaultValue;
    });
  }

  const isBusy = (node) =>
    [...node.querySelectorAll("form")].some(
      (form) => form.contains(document.activeElement) || isTouched(form) || form.dataset.sent !== undefined);

  // Says what changed, below the forms: what is under somebody's hands does not move.
  function warn(node, fresh) {
    if (node.querySelector("form") === null) return;
    const story = node.querySelector(".story");
    let note = node.querySelector(".meanwhile");
    if (note === null) {
      note = document.createElement("div");
      note.className = "meanwhile";
      note.setAttribute("role", "status");
      note.append(Object.assign(document.createElement("p"), { textContent: fresh === null ? words.gone : words.meanwhile }));
      node.insertBefore(note, story);
    }
    for (const step of fresh?.querySelectorAll(".story li[id]") ?? []) {
      if (story?.querySelector(`#${CSS.escape(step.id)}`) || note.querySelector(`[data-step="${CSS.escape(step.id)}"]`)) continue;
      const line = document.createElement("p");
      line.dataset.step = step.id;
      line.textContent = `${words.changed} ${step.textContent.replace(/\s+/g, " ").trim()}`;
      note.append(line);
    }
  }

  function put(old, fresh) {
    const content = contentOf(fresh);
    if ((received.get(old) ?? contentOf(old)) === content) return old;
    if (isBusy(old)) {
      warn(old, fresh);
      return old;
    }
    const link = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    const made = document.importNode(fresh, true);
    for (const details of old.querySelectorAll("details[open]")) {
      if (details.id) made.querySelector(`#${CSS.escape(details.id)}`)?.setAttribute("open", "");
    }
    if (old.open) made.open = true;
    old.replaceWith(made);
    received.set(made, content);
    if (link !== null) [...made.querySelectorAll("[href]")].find((each) => each.getAttribute("href") === link)?.focus();
    return made;
  }

  function putItems(old, fresh) {
    const known = new Map([...old.children].filter((each) => each.id).map((each) => [each.id, each]));
    let place = null;
    for (const item of fresh.children) {
      let now = known.get(item.id);
      known.delete(item.id);
      if (now === undefined) {
        now = document.importNode(item, true);
        received.set(now, contentOf(item));
      } else {
        now = put(now, item);
      }
      const next = place === null ? old.firstElementChild : place.nextElementSibling;
      // Moving an element takes the focus away from the field in it.
      if (now !== next && (now.parentNode !== old || !isBusy(now))) {
        old.insertBefore(now, next);
        old.movedAt = Date.now();
      }
      place = now;
    }
    for (const gone of known.values()) {
      if (isBusy(gone)) warn(gone, null);
      else {
        gone.remove();
        old.movedAt = Date.now();
      }
    }
  }

  function take(fresh) {
    const before = new Set(marked("waiting"));
    const held = document.activeElement?.closest("article"); // stays where it is, whatever comes or goes above it
    const heldAt = held?.getBoundingClientRect().top;
    for (const part of document.querySelectorAll("[data-live]")) {
      const other = part.isConnected ? fresh.getElementById(part.id) : null;
      if (other === null) continue;
      if (part.querySelector(":scope > [data-item]") || other.querySelector(":scope > [data-item]")) putItems(part, other);
      else put(part, other);
    }
    ahead = Date.now() - Date.parse(fresh.body.dataset.now);
    if (held?.isConnected) scrollBy({ top: held.getBoundingClientRect().top - heldAt, behavior: "instant" });
    tick();
    ring(before);
  }

  // Marks of calls that wait, or wait for too long: of all of them, whatever is chosen to be shown.
  const marked = (name) => (document.getElementById("calls-sound")?.dataset[name] ?? "").split(" ").filter(Boolean);

  // The page itself, or at the desk only what changes of it, for what is chosen and open now.
  const wanting = () => (isDesk ? `/crisis/staff?part=all&${location.search.slice(1)}` : page);

  async function reload() {
    clearTimeout(timer);
    isDue = false;
    if (isFetching) { wanted = true; return; }
    isFetching = true;
    wanted = false;
    try {
      // This does not count as activity of the session.
      const address = wanting();
      const known = etag !== null && etagOf === address ? { "If-None-Match": etag } : {};
      const { answer, fresh } = await connection.fetchPage(root + address, { "X-Refresh": "1", ...known });
      if (answer.redirected || answer.status === 401) return void location.assign(`${root}${body.dataset.signIn ?? `/crisis/sign-in?next=${encodeURIComponent(page.split("?")[0])}`}`);
      if (fresh !== null && address === wanting()) {
        take(fresh);
        connection.shown(fresh);
        etag = answer.headers.get("ETag");
        etagOf = address;
      } else if (answer.status === 304) {
        connection.shownAt(new Date(Date.now() - ahead).toISOString());
      } else if (fresh !== null) {
        wanted = true;
      }
    } catch {
      // The node is away for a moment: the next round tries again, and the page says that it is old.
    } finally {
      isFetching = false;
      isDue = wanted;
      timer = setTimeout(reload, wanted ? SOON_MS : ANYWAY_MS);
    }
  }

  function reloadSoon() {
    if (isFetching) { wanted = true; return; }
    if (isDue) return;
    isDue = true;
    clearTimeout(timer);
    timer = setTimeout(reload, SOON_MS);
  }

  // -- sound: on until somebody turns it off. Browsers allow it only after a click or a key in this window ------------
  const SOUND = "kiezbox-alarm-sound";
  const button = document.getElementById("sound");
  const hush = document.createElement("button");
  let audio = null;
  let isRinging = false;
  let hushed = new Set(); // what somebody has silenced: calls that nobody has taken for too long
  let isOn = isDesk;
  try { isOn = (localStorage.getItem(SOUND) ?? (isDesk ? "on" : "off")) === "on"; } catch { /* no storage: as at first */ }
  hush.type = "button";
  hush.className = "hush";
  hush.hidden = true;
  hush.textContent = words.hush;
  button.after(hush);
  button.hidden = false;

  function showSound() {
    const isBlocked = isOn && audio?.state !== "running";
    button.setAttribute("aria-pressed", String(isOn));
    button.textContent = !isOn ? words.sound_off : isBlocked ? words.sound_blocked : words.sound_on;
    hush.hidden = !(isOn && isRinging);
  }

  async function allowSound() {
    audio ??= new AudioContext();
    if (audio.state !== "running") await audio.resume();
    showSound();
  }

  button.addEventListener("click", async () => {
    isOn = !isOn;
    try { localStorage.setItem(SOUND, isOn ? "on" : "off"); } catch { /* no storage: for as long as this page is open */ }
    if (isOn) {
      await allowSound();
      beep();
    }
    showSound();
  });
  hush.addEventListener("click", () => {
    isRinging = false;
    hushed = new Set(overdue());
    showSound();
  });
  for (const kind of ["pointerdown", "keydown"]) {
    document.addEventListener(kind, () => { if (isOn && audio?.state !== "running") void allowSound(); });
  }

  function beep() {
    document.body.dataset.rang = String(Number(document.body.dataset.rang ?? 0) + 1);
    if (audio?.state !== "running") return;
    for (const [after, pitch] of [[0, 880], [0.25, 660], [0.5, 880]]) {
      const tone = audio.createOscillator();
      const level = audio.createGain();
      tone.frequency.value = pitch;
      level.gain.value = 0.2;
      tone.connect(level).connect(audio.destination);
      tone.start(audio.currentTime + after);
      tone.stop(audio.currentTime + after + 0.2);
    }
  }

  const overdue = () =>
    isDesk ? marked("overdue") : [...document.querySelectorAll(".banner.alarm")].map((each) => each.id || "alarm");

  // A call that was not there before sounds at once, and goes on until somebody silences it.
  function ring(before) {
    const waiting = marked("waiting");
    const hasNew = waiting.some((each) => !before.has(each));
    const isOverdue = overdue().some((each) => !hushed.has(each));
    if (hasNew && isOn) beep();
    isRinging = isRinging || hasNew || isOverdue;
    if (waiting.length === 0 && document.querySelector(".banner.alarm") === null) isRinging = false;
    showSound();
  }

  function sound() {
    if (overdue().some((each) => !hushed.has(each))) isRinging = true;
    if (isOn && isRinging) beep();
    showSound();
  }

  // -- cards: opened beside the lists, in the address, so that they are there after a reload ----------------------------
  function putCards(change) {
    const query = new URLSearchParams(location.search);
    const open = query.getAll("card");
    query.delete("card");
    query.delete("done");
    for (const name of change(open)) query.append("card", name);
    history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}`);
  }

  async function openCard(name) {
    const find = () => document.getElementById(`card-${name}`);
    if (find() === null) {
      putCards((open) => [...open.filter((each) => each !== name), name].slice(-8));
      await reload();
      // A reload that was under way was for other cards.
      for (let waits = 0; waits < 50 && find() === null; waits++) await new Promise((done) => { setTimeout(done, 100); });
    }
    find()?.scrollIntoView({ block: "nearest" });
    find()?.querySelector("[tabindex]")?.focus({ preventScroll: true });
  }

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest?.("[data-open], [data-close]");
    if (link === null || link === undefined || !isDesk) return;
    event.preventDefault();
    if (link.dataset.open) return void openCard(link.dataset.open);
    const card = link.closest("article");
    const isTyped = [...card.querySelectorAll("form")].some(isTouched);
    if (isTyped && !link.dataset.asked) {
      link.dataset.asked = "yes";
      link.textContent = words.discard;
      return;
    }
    putCards((open) => open.filter((each) => each !== link.dataset.close));
    card.remove();
    reloadSoon();
  });

  // -- sending without leaving the page: a form that does not get through is tried again, and counts once ---------------
  const AGAIN_S = 5;

  function say(form, text, isWrong, ...buttons) {
    let note = form.querySelector(":scope > .sending");
    if (note === null) {
      note = document.createElement("p");
      note.className = "sending";
      note.setAttribute("role", "alert");
      form.append(note);
    }
    note.classList.toggle("wrong", isWrong);
    note.replaceChildren(text, ...buttons.map(([label, act]) => {
      const made = Object.assign(document.createElement("button"), { type: "button", textContent: label });
      made.addEventListener("click", act);
      return made;
    }));
  }

  function settle(form) {
    clearInterval(form.waiting);
    delete form.dataset.sent;
    form.querySelector(":scope > .sending")?.remove();
  }

  async function send(form, fields) {
    clearInterval(form.waiting);
    say(form, words.sending, false);
    let answer;
    let said;
    try {
      ({ answer, text: said } = await fetchInTime(form.action, {
        method: "POST", body: fields, headers: { Accept: "application/json" },
      }));
    } catch {
      return void retry(form, fields);
    }
    let found = null;
    try { found = JSON.parse(said); } catch { /* a page: of the sign-in, or of an error */ }
    // What stands before the node has no answer of the node's: that says why itself, a full disk for example.
    if (answer.status >= 502 && found?.refused === undefined) return void retry(form, fields);
    if (found?.done !== undefined) {
      const name = form.closest("article, li")?.id.replace(/^(card|call|report)-/, "");
      settle(form);
      form.reset();
      form.querySelectorAll("[data-rejected]").forEach((each) => each.removeAttribute("data-rejected"));
      form.removeAttribute("data-rejected");
      form.closest("article")?.querySelector(".meanwhile")?.remove();
      if (form.contains(document.activeElement)) document.activeElement.blur();
      document.getElementById("outcome").replaceChildren(Object.assign(document.createElement("p"), { className: "done", textContent: found.done }));
      etag = null;
      await reload();
      if (form.classList.contains("quick") && name) await openCard(name);
      return;
    }
    delete form.dataset.sent;
    if (answer.status === 401) say(form, words.signed_out, true, [words.again, () => start(form, fields)]);
    else say(form, found?.refused ?? found?.detail ?? words.failed, true, ...(answer.status >= 500 ? [[words.again, () => start(form, fields)]] : []));
    reloadSoon();
  }

  function retry(form, fields) {
    let left = AGAIN_S;
    const again = () => send(form, fields);
    const show = () => say(form, words.unsent.replace("{}", left), true, [words.again, again], [words.give_up, () => settle(form)]);
    show();
    form.waiting = setInterval(() => {
      left -= 1;
      if (left > 0) show();
      else void again();
    }, 1_000);
  }

  function start(form, fields) {
    form.dataset.sent = "yes";
    void send(form, fields);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const list = form.closest(".lines");
    if (form.id === "filter") {
      event.preventDefault();
      return void choose(form);
    }
    if (form.dataset.sent) return event.preventDefault();
    if (list !== null && Date.now() - (list.movedAt ?? 0) < 700) {
      event.preventDefault(); // the button that was meant may lie elsewhere now
      return void say(form, words.moved, true);
    }
    if (isDesk && form.method === "post" && form.closest("main, #banner") !== null) {
      event.preventDefault();
      const fields = new URLSearchParams(new FormData(form, event.submitter));
      return void start(form, fields);
    }
    form.dataset.sent = "yes"; // a second press within 5 s sends nothing
    setTimeout(() => delete form.dataset.sent, 5_000);
  });

  // -- choosing -----------------------------------------------------------------------------------------------------
  function choose(form) {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) query.append(name, value);
    for (const card of new URLSearchParams(location.search).getAll("card")) query.append("card", card);
    history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}`);
    void reload();
  }
  let typing = null;
  document.getElementById("filter")?.addEventListener("input", (event) => {
    clearTimeout(typing);
    typing = setTimeout(() => choose(event.currentTarget ?? document.getElementById("filter")), event.target.type === "search" ? 400 : 0);
  });

  document.querySelector("[data-rejected]")?.scrollIntoView({ block: "center" });
  document.querySelector("[data-rejected] textarea, [data-rejected] input:not([type=hidden]), [data-rejected] button")?.focus();
  const connection = watchConnection({
    address: root + (body.dataset.stream ?? "/crisis/stream"),
    kinds: ["message", "end", ...(body.dataset.kinds?.split(" ") ?? [])],
    onEvent: reloadSoon,
    reload: reloadSoon,
    needsReload: true,
    words,
  });
  setInterval(tick, 1000);
  setInterval(sound, 10_000);
  if (isOn) void allowSound();
  isRinging = overdue().length > 0;
  showSound();
  timer = setTimeout(reload, ANYWAY_MS);
  tick();
})();
