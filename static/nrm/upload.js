// How far the sending of files has come. The form works without this file; with it, the same form
// is sent by a request that tells of its progress, and the page that answers takes its place.
for (const form of document.querySelectorAll("form[data-nrm-upload]")) watch(form);

function watch(form) {
  const words = form.dataset;
  form.addEventListener("submit", (event) => {
    const files = form.querySelector("input[type=file]").files;
    if (!files.length || !navigator.onLine) return;
    event.preventDefault();
    const button = form.querySelector("button[type=submit], button:not([type])");
    const place = document.createElement("div");
    place.className = "nrm-upload";
    const bar = document.createElement("progress");
    bar.max = 100;
    const text = document.createElement("p");
    text.className = "govuk-body-s";
    text.setAttribute("role", "status");
    text.textContent = words.wordsSending;
    bar.setAttribute("aria-label", words.wordsSending);
    place.append(bar, text);
    button.before(place);
    button.disabled = true;

    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.responseType = "document";
    request.upload.addEventListener("progress", (sent) => {
      if (sent.lengthComputable) bar.value = (100 * sent.loaded) / sent.total;
    });
    request.upload.addEventListener("load", () => {
      bar.removeAttribute("value");
      text.textContent = words.wordsKept;
    });
    request.addEventListener("load", () => show(form, request));
    request.addEventListener("error", () => {
      bar.remove();
      text.textContent = words.wordsFailed;
      button.disabled = false;
    });
    request.send(new FormData(form));
  });
}

function show(form, request) {
  const answer = request.response?.getElementById("content");
  // Anything but this page, such as the sign-in page, is opened as a page of its own.
  if (!answer || new URL(request.responseURL).pathname !== new URL(form.action).pathname) {
    window.location.assign(request.responseURL || form.action);
    return;
  }
  document.title = request.response.title;
  document.getElementById("content").replaceWith(document.adoptNode(answer));
  for (const again of document.querySelectorAll("form[data-nrm-upload]")) watch(again);
  const said = document.querySelector(
    ".govuk-error-summary, .govuk-notification-banner, .moj-alert",
  );
  if (said) {
    said.setAttribute("tabindex", "-1");
    said.focus();
  }
  window.scrollTo(0, 0);
}
