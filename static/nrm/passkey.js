// Passkeys: a browser gives them to scripts alone. The question stands on the page, the answer goes
// into its form, and the form is sent as any other. Without this file a code of an app does.
for (const form of document.querySelectorAll("form[data-nrm-passkey]")) {
  const adds = form.dataset.nrmPasskey === "create";
  const read = adds ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
  // An address in numbers has no passkeys, whatever the browser.
  const named = !/^[\d.]+$|:/.test(window.location.hostname);
  if (!named || !window.PublicKeyCredential?.[read]) continue;
  form.hidden = false;
  for (const text of document.querySelectorAll("[data-nrm-no-passkey]")) text.hidden = true;

  form.addEventListener("submit", async (event) => {
    if (form.elements.passkey.value) return;
    event.preventDefault();
    try {
      const publicKey = PublicKeyCredential[read](JSON.parse(form.dataset.nrmAsks));
      const found = await navigator.credentials[form.dataset.nrmPasskey]({ publicKey });
      form.elements.passkey.value = JSON.stringify(found.toJSON());
    } catch {
      say(form);
      return;
    }
    form.requestSubmit();
  });
}

function say(form) {
  let told = form.querySelector("[role=alert]");
  if (!told) {
    told = document.createElement("p");
    told.className = "govuk-error-message";
    told.setAttribute("role", "alert");
    form.prepend(told);
  }
  told.textContent = form.dataset.wordsFailed;
}
