// The GOV.UK components that the pages use, and a few habits of our own.
// Every page works without this file; it only makes some things quicker or kinder.
import {
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  NotificationBanner,
  PasswordInput,
  ServiceNavigation,
  SkipLink,
  createAll,
} from "govuk-frontend";

for (const component of [
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  NotificationBanner,
  PasswordInput,
  ServiceNavigation,
  SkipLink,
]) {
  createAll(component);
}

// The summary takes focus when the page opens; the page still starts at its top, so that the
// button that hides the screen covers nothing.
if (document.querySelector(".govuk-error-summary") && !window.location.hash) {
  window.scrollTo(0, 0);
}

// The field under a choice shows while the choice is made. Our own, because the one in
// govuk-frontend puts aria-expanded on radio buttons, which the standard does not allow.
const choices = [...document.querySelectorAll("input[data-nrm-reveal]")];
function reveal() {
  for (const choice of choices) {
    const hidden = `govuk-${choice.type === "radio" ? "radios" : "checkboxes"}__conditional--hidden`;
    document.getElementById(choice.dataset.nrmReveal)?.classList.toggle(hidden, !choice.checked);
  }
}
document.addEventListener("change", reveal);
window.addEventListener("pageshow", reveal);

// On a phone the filter starts closed, so that the list is in sight.
if (window.matchMedia("(max-width: 48em)").matches) {
  for (const details of document.querySelectorAll("details[data-nrm-close-on-narrow]")) {
    details.open = false;
  }
}

// "Hide this screen": cover the page at once; the server then locks the session, and keeps what was
// typed on the page for its writer.
const root = document.documentElement;
const hide = document.querySelector("form[data-nrm-hide]");
let typed = null; // the form that was last written in
document.addEventListener("input", ({ target }) => {
  const form = target.form;
  if (form?.method === "post" && !("nrmHide" in form.dataset)) typed = form;
});
document.addEventListener("submit", ({ target }) => {
  if (target === typed) typed = null;
});

function cover() {
  document.title = "";
  root.classList.add("nrm-covered");
}

function tell(name, value) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = name;
  field.value = value;
  hide.append(field);
}

function addTyped() {
  if (!typed || hide.elements.typed) return;
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(typed)) {
    if (typeof value === "string" && value !== "") fields.append(name, value);
  }
  const to = new URL(typed.action || window.location.href, window.location.href);
  tell("typed_to", to.pathname + to.search);
  tell("typed", fields.toString());
}

hide?.addEventListener("submit", () => {
  cover();
  addTyped();
});

// A page that comes back from the browser's memory stays covered and is asked for again, so that a
// person who has signed out meets the sign-in page and not the case.
window.addEventListener("pagehide", (event) => {
  if (event.persisted && hide) root.classList.add("nrm-covered");
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});

// Two minutes before the session ends a window asks whether somebody is still there. Another window
// of the same person may have kept it open meanwhile, so the server is asked first. When the time is
// up the page leaves, and what was typed on it is kept.
const ending = document.getElementById("nrm-idle");
const WARNED = 120;
let timer;

async function left(method) {
  const token = hide.elements.csrfmiddlewaretoken.value;
  const headers = method === "POST" ? { "X-CSRFToken": token } : {};
  const answer = await fetch(root.dataset.nrmSession, { method, headers });
  return (await answer.json()).left;
}

function wait(seconds) {
  clearTimeout(timer);
  timer = setTimeout(look, seconds * 1000);
}

async function look(method = "GET") {
  let seconds;
  try {
    seconds = await left(method);
  } catch {
    wait(20); // no signal: nothing is taken away from the page
    return;
  }
  if (seconds > WARNED) {
    ending.close();
    wait(seconds - WARNED);
  } else if (seconds > 0) {
    if (!ending.open) ending.showModal();
    wait(Math.min(seconds + 1, 20));
  } else {
    cover();
    addTyped();
    tell("then", "sign_in");
    hide.submit();
  }
}

if (ending && hide && root.dataset.nrmLeft) {
  wait(root.dataset.nrmLeft - WARNED);
  ending.querySelector("form").addEventListener("submit", () => look("POST"));
  ending.addEventListener("cancel", () => look("POST"));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !ending.open) look();
  });
}

// Shortcuts of single keys, for keyboards only (a touch screen sends Shift by itself), and only
// where they are wanted: "/" goes to the box that finds, three times Shift or Escape hides.
if ("nrmShortcuts" in root.dataset && window.matchMedia("(hover: hover) and (pointer: fine)").matches) {
  let pressed = { key: "", times: 0, at: 0 };
  document.addEventListener("keydown", (event) => {
    const { key, repeat } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || repeat) return;
    const writing = event.target.closest("input, textarea, select, [contenteditable]");
    const find = document.querySelector("[data-nrm-find]");
    if (key === "/" && find && !writing) {
      event.preventDefault();
      find.focus();
    }
    const again = key === pressed.key && event.timeStamp - pressed.at < 1000;
    pressed = { key, times: again ? pressed.times + 1 : 1, at: event.timeStamp };
    if (hide && pressed.times === 3 && (key === "Shift" || key === "Escape")) {
      hide.requestSubmit();
    }
  });
}

// Without a signal a form is kept open and sent later, instead of losing what was typed.
const notice = document.getElementById("nrm-offline");
let waiting = null;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!notice || navigator.onLine || form.method !== "post" || "nrmHide" in form.dataset) return;
  event.preventDefault();
  waiting = { form, button: event.submitter };
  notice.hidden = false;
  notice.focus();
});
window.addEventListener("online", () => {
  if (!waiting) return;
  const { form, button } = waiting;
  waiting = null;
  notice.hidden = true;
  form.requestSubmit(button);
});

// "Print this page" is a button that only exists where it can work.
for (const button of document.querySelectorAll("button[data-nrm-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
