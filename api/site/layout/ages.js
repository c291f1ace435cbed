// Lets the ages on a page count, as the server writes them: `<time data-age datetime>`.
"use strict";
function countAges(words, oldSeconds) {
  // The server's clock counts, not this device's.
  let ahead = Date.now() - Date.parse(document.body.dataset.now);

  function write(seconds) {
    const size = Math.abs(seconds);
    const text =
      size < 120 ? words.s.replace("{}", Math.floor(size))
      : size < 7200 ? words.min.replace("{}", Math.floor(size / 60))
      : size < 172800 ? words.h.replace("{}", Math.floor(size / 3600))
      : words.d.replace("{}", Math.floor(size / 86400));
    return seconds <= -1 ? words.ahead.replace("{}", text) : text;
  }

  function tick() {
    const now = Date.now() - ahead;
    for (const time of document.querySelectorAll("time[data-age]")) {
      const age = (now - Date.parse(time.dateTime)) / 1000;
      const text = write(age);
      if (time.textContent !== text) time.textContent = text;
      time.closest("tr")?.classList.toggle("old", age > oldSeconds);
    }
  }

  // What time it is by the server's clock, in milliseconds.
  function learn(now) {
    ahead = Date.now() - now;
  }

  setInterval(tick, 1_000);
  return { tick, learn };
}
