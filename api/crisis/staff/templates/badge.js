// A badge's QR code carries its code after `#`, which browsers send to nobody. It goes into the form, and out of the
// address and the history. Without this script people type the code.
"use strict";
(() => {
  const field = document.getElementById("code");
  const code = decodeURIComponent(location.hash.slice(1));
  if (field === null || !/^[0-9A-Za-z-]{16,40}$/.test(code)) return;
  history.replaceState(null, "", location.pathname + location.search);
  field.value = code;
  field.form.querySelector("button").focus();
})();
