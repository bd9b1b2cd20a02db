// The GOV.UK components that the pages use, and four habits of our own.
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

// "Hide this screen": cover the page at once; the server then ends the session.
for (const form of document.querySelectorAll("form[data-nrm-hide]")) {
  form.addEventListener("submit", () => {
    document.title = "";
    document.documentElement.classList.add("nrm-covered");
  });
}

// A page that comes back from the browser's memory is asked for again, so that a
// person who has signed out meets the sign-in page and not the case.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});

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
