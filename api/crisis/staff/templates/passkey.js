// Passkeys need the browser's own dialogue. Its answer goes into a hidden field of the form, as JSON.
"use strict";
(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const described = (list) => (list ?? []).map((each) => ({ ...each, id: bytes(each.id) }));

  async function ask(options) {
    if (options.user === undefined) {
      const publicKey = {
        ...options, challenge: bytes(options.challenge), allowCredentials: described(options.allowCredentials),
      };
      const found = await navigator.credentials.get({ publicKey });
      return answer(found, {
        clientDataJSON: text(found.response.clientDataJSON),
        authenticatorData: text(found.response.authenticatorData),
        signature: text(found.response.signature),
      });
    }
    const publicKey = {
      ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: described(options.excludeCredentials),
    };
    const made = await navigator.credentials.create({ publicKey });
    return answer(made, {
      clientDataJSON: text(made.response.clientDataJSON),
      attestationObject: text(made.response.attestationObject),
    });
  }

  const answer = (credential, response) =>
    JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("button");
    if (window.PublicKeyCredential === undefined) continue; // the button stays disabled, and the text says why
    button.disabled = false;
    form.querySelector(".without").hidden = true;
    form.addEventListener("submit", async (event) => {
      if (form.elements.credential.value !== "") return;
      event.preventDefault();
      button.disabled = true;
      try {
        form.elements.credential.value = await ask(JSON.parse(form.dataset.passkey));
        button.disabled = false;
        form.submit();
      } catch (error) {
        button.disabled = false;
        const failed = form.querySelector(".failed");
        failed.hidden = false;
        failed.querySelector("small").textContent = error.name;
      }
    });
  }
})();
