// Saves an answer on the workbench without opening the whole page again: the server sends the
// parts that the answer changes, and each takes the place of the part with its id. The same form
// works without this file, and whatever is not such an answer is left to the browser.
const PART = "X-NRM-Part";

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!("nrmPart" in form.dataset) || event.defaultPrevented || !navigator.onLine) return;
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  const { name, value } = event.submitter;
  const fields = new URLSearchParams(new FormData(form));
  fields.append(name, value);
  const parts = await ask(form.action, fields);
  if (!parts) {
    // Refused, changed by a colleague, signed out, or no answer: the page of its own tells.
    const chosen = document.createElement("input");
    Object.assign(chosen, { type: "hidden", name, value });
    form.append(chosen);
    form.submit();
    return;
  }
  const row = form.closest("[id]").id;
  for (const part of parts) {
    const now = document.getElementById(part.id);
    if (part.id === "said") now.textContent = part.textContent;
    else now?.replaceWith(part);
  }
  document.querySelector(`#${CSS.escape(row)} [value="${CSS.escape(value)}"]`)?.focus();
});

async function ask(address, fields) {
  try {
    const answer = await fetch(address, {
      method: "POST",
      body: fields,
      headers: { [PART]: "1" },
      redirect: "manual",
    });
    if (!answer.headers.has(PART)) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return [...page.body.children];
  } catch {
    return null;
  }
}
