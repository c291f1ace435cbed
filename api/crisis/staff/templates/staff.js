// Keeps the overview current: at each event the page is fetched again, and each part that differs is replaced, except
// where somebody types. Without this script the page is complete, and says how old it is.
"use strict";
(() => {
  const body = document.body;
  if ("past" in body.dataset) return; // what was is not fetched again, and grows no older
  const root = location.pathname.split("/crisis/", 1)[0]; // what a proxy puts before our paths
  const page = body.dataset.page ?? "/crisis/staff"; // the page itself, which is fetched again for what is new
  const words = JSON.parse(body.dataset.words);
  const SOON_MS = 400;
  const ANYWAY_MS = 30_000; // other nodes report, and calls grow old, without an event
  let ahead = Date.now() - Date.parse(body.dataset.now);
  let timer = null;
  let isFetching = false;
  let wanted = false;

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
      .replace(/<p class="meanwhile">.*?<\/p>/g, "")
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
    [...node.querySelectorAll("form")].some((form) => form.contains(document.activeElement) || isTouched(form));

  function warn(node) {
    if (node.querySelector("form") === null || node.querySelector(".meanwhile") !== null) return;
    const note = document.createElement("p");
    note.className = "meanwhile";
    note.textContent = words.meanwhile;
    node.append(note);
  }

  function put(old, fresh) {
    const content = contentOf(fresh);
    if ((received.get(old) ?? contentOf(old)) === content) return old;
    if (isBusy(old)) {
      warn(old);
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
    if (link !== null) made.querySelector(`[href="${CSS.escape(link)}"]`)?.focus();
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
      if (now !== next && (now.parentNode !== old || !isBusy(now))) old.insertBefore(now, next);
      place = now;
    }
    for (const gone of known.values()) {
      if (isBusy(gone)) warn(gone);
      else gone.remove();
    }
  }

  function take(fresh) {
    for (const part of document.querySelectorAll("[data-live]")) {
      const other = fresh.getElementById(part.id);
      if (other === null) continue;
      if (part.querySelector(":scope > [data-item]") || other.querySelector(":scope > [data-item]")) putItems(part, other);
      else put(part, other);
    }
    ahead = Date.now() - Date.parse(fresh.body.dataset.now);
    tick();
    sound();
  }

  async function reload() {
    clearTimeout(timer);
    if (isFetching) { wanted = true; return; }
    isFetching = true;
    wanted = false;
    try {
      // This does not count as activity of the session.
      const { answer, fresh } = await connection.fetchPage(root + page, { "X-Refresh": "1" });
      if (answer.redirected || answer.status === 401) return void location.assign(`${root}${body.dataset.signIn ?? `/crisis/sign-in?next=${encodeURIComponent(page.split("?")[0])}`}`);
      if (fresh !== null) {
        take(fresh);
        connection.shown(fresh);
      }
    } catch {
      // The node is away for a moment: the next round tries again, and the page says that it is old.
    } finally {
      isFetching = false;
      timer = setTimeout(reload, wanted ? SOON_MS : ANYWAY_MS);
    }
  }

  function reloadSoon() {
    if (isFetching) { wanted = true; return; }
    clearTimeout(timer);
    timer = setTimeout(reload, SOON_MS);
  }

  // -- sound: browsers allow it only after a click -------------------------------------------------------------------
  const button = document.getElementById("sound");
  let audio = null;
  button.hidden = false;
  button.addEventListener("click", () => {
    const isOn = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(isOn));
    button.textContent = isOn ? words.sound_on : words.sound_off;
    audio ??= new AudioContext();
    if (isOn) beep();
  });

  function beep() {
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

  function sound() {
    if (button.getAttribute("aria-pressed") === "true" && document.querySelector(".banner.alarm")) beep();
  }

  // A second press within 5 s sends nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 5_000);
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
  timer = setTimeout(reload, ANYWAY_MS);
  tick();
})();
